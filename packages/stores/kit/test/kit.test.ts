import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  checkVector,
  chunkIdOf,
  isPassing,
  loadPeer,
  maskUrl,
  namespaceIn,
  unreachable,
  withRetries,
  wordsOf,
} from '../src/index.ts'

function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'tenfold-kit-')))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const failing = (times: number, error: unknown) => {
  let calls = 0
  return async () => {
    if (calls++ < times) throw error
    return calls
  }
}

describe('ids of chunks', () => {
  it('are whole numbers below 2^53, the same each time, and tell parts apart', () => {
    const part = fc.tuple(fc.string(), fc.nat(), fc.string())
    fc.assert(
      fc.property(part, part, (a, b) => {
        expect(Number.isSafeInteger(chunkIdOf(...a)) && chunkIdOf(...a) >= 0).toBe(true)
        expect(chunkIdOf(...a) === chunkIdOf(...b)).toBe(JSON.stringify(a) === JSON.stringify(b))
      }),
    )
    expect(chunkIdOf('a', 1, 'b')).not.toBe(chunkIdOf('a1', 1, 'b'))
  })
})

describe('the name of an index', () => {
  it('is kept in the workspace, is not its own in a copy, and is its own once renewed', () => {
    const home = folder()
    const made = namespaceIn(home, 'postgres')
    expect(made).toMatchObject({ isOwn: true, isNew: true, folder: home })
    made.keep()
    expect(namespaceIn(home, 'postgres')).toMatchObject({ name: made.name, isOwn: true, isNew: false })
    const copy = join(folder(), 'copy')
    cpSync(home, copy, { recursive: true })
    const shared = namespaceIn(copy, 'postgres')
    expect(shared).toMatchObject({ name: made.name, isOwn: false, isNew: false })
    const renewed = shared.renew()
    expect(namespaceIn(copy, 'postgres').name).toBe(made.name)
    renewed.keep()
    expect(namespaceIn(copy, 'postgres')).toMatchObject({ name: renewed.name, isOwn: true })
    expect(namespaceIn(home, 'postgres').name).toBe(made.name)
    expect(namespaceIn(home, 'qdrant').isNew).toBe(true)
  })

  it.each(['', '{', '{"name":"x; DROP SCHEMA public"}', '[]'])('is refused where the file holds %j', (content) => {
    const home = folder()
    writeFileSync(join(home, 'postgres.json'), content)
    expect(() => namespaceIn(home, 'postgres')).toThrow(expect.objectContaining({ code: 'DATA_UNREADABLE' }))
  })
})

describe('retries', () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })

  it('try again what passes, also as a cause', async () => {
    expect(await withRetries(failing(2, reset), { budgetMs: 5000, firstWaitMs: 1 })).toBe(3)
    const wrapped = new TypeError('fetch failed', { cause: reset })
    expect(await withRetries(failing(1, wrapped), { budgetMs: 5000, firstWaitMs: 1 })).toBe(2)
    for (const status of [429, 503]) expect(isPassing(Object.assign(new Error(), { statusCode: status }))).toBe(true)
  })

  it('give up at once on what stays wrong, and after the budget, with the error as it was', async () => {
    const wrong = new TypeError('no such column')
    let calls = 0
    const always = (error: unknown) => async () => {
      calls++
      throw error
    }
    await expect(withRetries(always(wrong), { budgetMs: 5000, firstWaitMs: 1 })).rejects.toBe(wrong)
    expect(calls).toBe(1)
    await expect(withRetries(always(reset), { budgetMs: 30, firstWaitMs: 5 })).rejects.toBe(reset)
    expect(calls).toBeGreaterThan(2)
  })

  it('end with the signal', async () => {
    const stop = new AbortController()
    const running = withRetries(
      async (attempt) => {
        if (attempt === 2) stop.abort(new Error('enough'))
        throw reset
      },
      { budgetMs: 60_000, firstWaitMs: 1, signal: stop.signal },
    )
    await expect(running).rejects.toThrow('enough')
  })
})

describe('errors', () => {
  it('never show a password', () => {
    const url = 'postgres://ann:s%40cret@db.example:5432/rag'
    expect(maskUrl(url)).toBe('postgres://ann:***@db.example:5432/rag')
    expect(maskUrl('ann:secret@db')).toBe('***@db')
    const error = unreachable(url, new Error('no entry for ann s@cret s%40cret'), 'start it')
    expect(error).toMatchObject({ code: 'ENGINE_UNAVAILABLE', hint: 'start it' })
    expect(error.message).not.toMatch(/s@cret|s%40cret/)
    const refused = new AggregateError([new Error('connect ECONNREFUSED ::1:1'), new Error('connect ECONNREFUSED')])
    expect(unreachable('http://localhost:1', refused, '').message).toContain('ECONNREFUSED')
  })

  it('name the line that installs a missing client', async () => {
    const absent = 'tenfold-no-such-package'
    await expect(loadPeer(absent, () => import(/* @vite-ignore */ absent))).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      hint: `pnpm add ${absent}`,
    })
    expect(await loadPeer('node:path', () => import('node:path'))).toHaveProperty('join')
  })

  it('refuse malformed vectors', () => {
    checkVector(Float32Array.of(1, 2), 2, 'x')
    for (const bad of [undefined, new Float32Array(1), Float32Array.of(1, Number.NaN)])
      expect(() => checkVector(bad, 2, 'document d')).toThrow(expect.objectContaining({ code: 'DATA_UNREADABLE' }))
  })
})

it('words hold no syntax, each once', () => {
  expect(wordsOf(`It's a "TEST": a-b a OR (naïve) 2`)).toEqual(['it', 's', 'a', 'test', 'b', 'or', 'naïve', '2'])
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) =>
      wordsOf(text).every((word) => !/[^\p{L}\p{N}\p{M}]/u.test(word)),
    ),
    { numRuns: 30 },
  )
})
