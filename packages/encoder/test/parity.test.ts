import { mkdir, mkdtemp, readdir, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureModel, type Model } from '@tenfold/models'
import { beforeAll, describe, expect, it } from 'vitest'
import { packBatch } from '../src/batches.ts'
import { ensureGraph, type GraphRequest } from '../src/graph-cache.ts'
import { openSession } from '../src/session.ts'
import { openTokenizer, type TextTokenizer } from '../src/tokenizer.ts'
import { build, dot, paragraphs, row } from './fixture.ts'
import { referenceEncoder } from './reference.ts'

let model: Model
let tokenizer: TextTokenizer
let cache: string
let reference: ReturnType<typeof referenceEncoder>
beforeAll(async () => {
  build()
  model = await ensureModel('all-MiniLM-L6-v2')
  tokenizer = await openTokenizer(model.files['tokenizer.json']!)
  reference = referenceEncoder(model.files['model.safetensors']!)
  cache = await mkdtemp(join(tmpdir(), 'tenfold-graphs-'))
})

const request = (wanted: Partial<GraphRequest>): GraphRequest => ({
  model: model.files['model.safetensors']!,
  modelSha256: model.sha256['model.safetensors']!,
  precision: 'fp32',
  vocabulary: 'fused',
  weights: 'copy',
  cache,
  ...wanted,
})
const cpu = { threads: 1, arena: true, spin: false, device: 'cpu' } as const

async function vectors(wanted: Partial<GraphRequest>, texts: string[]): Promise<Float32Array> {
  const session = await openSession({ graph: await ensureGraph(request(wanted)), ...cpu })
  const slab = await session.run(packBatch(texts.map(tokenizer.encode)))
  await session.release()
  return slab
}

describe('the graph', () => {
  const texts = ['hello world', 'A longer text must not leak into a padded one.', '']

  it.each(['fused', 'standard'] as const)(
    '%s fp32 equals a plain forward pass to 1e-4, padded or not',
    async (vocabulary) => {
      const slab = await vectors({ vocabulary }, texts)
      for (const [i, text] of texts.entries()) {
        const expected = reference(tokenizer.encode(text))
        const worst = Math.max(...row(slab, i).map((value, j) => Math.abs(value - expected[j]!)))
        expect(worst).toBeLessThan(1e-4)
      }
    },
  )

  it('S3-16 int8 keeps a mean cosine of 0.99 with fp32 on real paragraphs', async () => {
    const real = paragraphs(32)
    expect(real).toHaveLength(32)
    const [exact, small] = [await vectors({}, real), await vectors({ precision: 'int8' }, real)]
    const cosines = real.map((_, i) => dot(row(exact, i), row(small, i)))
    expect(cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length).toBeGreaterThan(0.99)
    expect(Math.min(...cosines)).toBeGreaterThan(0.97)
    expect(Math.max(...cosines)).toBeLessThan(0.99999)
  })

  it.each(['fp32', 'int8'] as const)(
    'S2-6 mapped pre-packed %s weights give the vectors of copied ones',
    async (precision) => {
      const copied = await vectors({ precision }, texts)
      const mapped = await vectors({ precision, weights: 'mmap' }, texts)
      for (const [i, value] of mapped.entries()) expect(value).toBeCloseTo(copied[i]!, 5)
    },
  )

  it('is converted once for callers at the same time, and leaves nothing temporary', async () => {
    const own = await mkdtemp(join(tmpdir(), 'tenfold-graphs-'))
    const paths = await Promise.all([1, 2, 3].map(() => ensureGraph(request({ precision: 'int8', cache: own }))))
    expect(new Set(paths).size).toBe(1)
    expect(await readdir(own)).toHaveLength(1)
  })

  it('removes what a process killed during a conversion left, and nothing younger', async () => {
    const own = await mkdtemp(join(tmpdir(), 'tenfold-graphs-'))
    for (const name of ['old.1.x.part', 'young.2.y.part']) await mkdir(join(own, name))
    const longAgo = new Date(Date.now() - 3_600_000)
    await utimes(join(own, 'old.1.x.part'), longAgo, longAgo)
    await ensureGraph(request({ precision: 'int8', cache: own }))
    expect((await readdir(own)).filter((name) => name.endsWith('.part'))).toEqual(['young.2.y.part'])
  })

  it('leaves nothing behind when the model cannot be read', async () => {
    const own = await mkdtemp(join(tmpdir(), 'tenfold-graphs-'))
    await expect(ensureGraph(request({ model: model.files['tokenizer.json']!, cache: own }))).rejects.toThrow()
    expect(await readdir(own)).toEqual([])
  })
})
