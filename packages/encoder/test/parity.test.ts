import { mkdir, mkdtemp, readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { planBatches, runBatches } from '../src/batches.ts'
import { bertModels } from '../src/bert.ts'
import { ensureGraph, type GraphRequest } from '../src/graph-cache.ts'
import { findModel, type ModelSource } from '../src/model-source.ts'
import { parityTexts } from '../src/parity-texts.ts'
import { readTokenizer } from '../src/read-tokenizer.ts'
import { openSession } from '../src/session.ts'
import { openTokenizer, type TextTokenizer } from '../src/tokenizer.ts'
import { dot, paragraphs, row } from './fixture.ts'
import { modelFolder } from './random-bert.ts'
import { referenceEncoder } from './reference.ts'

let source: ModelSource
/** Random weights: two layers of 64. */
let little: ModelSource
let safetensors: string
let tokenizer: TextTokenizer
let cache: string
let reference: ReturnType<typeof referenceEncoder>
beforeAll(async () => {
  source = await findModel(undefined, {})
  safetensors = (source.file as { safetensors: string }).safetensors
  tokenizer = await openTokenizer(await readTokenizer(source.tokenizer), 256)
  reference = referenceEncoder(safetensors, bertModels['all-MiniLM-L6-v2'])
  const folder = modelFolder(source.tokenizer)
  cache = await mkdtemp(join(tmpdir(), 'tenfold-graphs-'))
  little = await findModel({ folder }, { env: { TENFOLD_CACHE: cache } })
})

const request = (wanted: Partial<GraphRequest>): GraphRequest => ({
  source,
  precision: 'fp32',
  vocabulary: 'fused',
  weights: 'copy',
  cache,
  ...wanted,
})
const cpu = { threads: 1, arena: true, spin: false, device: 'cpu', pooling: 'mean' } as const

async function vectors(wanted: Partial<GraphRequest>, texts: string[]): Promise<Float32Array> {
  const session = await openSession({ graph: await ensureGraph(request(wanted)), ...cpu })
  const tokens = texts.map(tokenizer.encode)
  const lengths = tokens.map((ids) => ids.length)
  const batches = planBatches(lengths, { maxTexts: 32, tokenBudget: 0 }, !session.masked)
  const slab = await runBatches(tokens, batches, session.run)
  await session.release()
  return slab
}

describe('the graph', () => {
  const texts = ['hello world', 'A longer text must not leak into a padded one.', '']

  it.each(['fused', 'unmasked', 'standard'] as const)(
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

  it.each(['fused', 'unmasked'] as const)(
    'S3-16 int8 %s keeps a mean cosine of 0.99 with fp32 on real paragraphs',
    async (vocabulary) => {
      const real = paragraphs(32)
      expect(real).toHaveLength(32)
      const [exact, small] = [await vectors({}, real), await vectors({ precision: 'int8', vocabulary }, real)]
      const cosines = real.map((_, i) => dot(row(exact, i), row(small, i)))
      expect(cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length).toBeGreaterThan(0.99)
      expect(Math.min(...cosines)).toBeGreaterThan(0.97)
      expect(Math.max(...cosines)).toBeLessThan(0.99999)
    },
  )

  it.each([
    ['fp32', 'fused'],
    ['int8', 'fused'],
    ['fp32', 'unmasked'],
    ['int8', 'unmasked'],
  ] as const)('S2-6 mapped pre-packed %s %s weights give the vectors of copied ones', async (precision, vocabulary) => {
    const copied = await vectors({ precision, vocabulary }, texts)
    const mapped = await vectors({ precision, vocabulary, weights: 'mmap' }, texts)
    for (const [i, value] of mapped.entries()) expect(value).toBeCloseTo(copied[i]!, 5)
  })
})

describe('the cache of graphs', () => {
  const own = () => mkdtemp(join(tmpdir(), 'tenfold-graphs-'))

  it('converts once for callers at the same time, and leaves nothing temporary', async () => {
    const folder = await own()
    const paths = await Promise.all([1, 2, 3].map(() => ensureGraph(request({ source: little, cache: folder }))))
    expect(new Set(paths).size).toBe(1)
    expect(await readdir(folder)).toHaveLength(1)
  })

  it('removes what a process killed during a conversion left, and nothing younger', async () => {
    const folder = await own()
    for (const name of ['old.1.x.part', 'young.2.y.part']) await mkdir(join(folder, name))
    const longAgo = new Date(Date.now() - 3_600_000)
    await utimes(join(folder, 'old.1.x.part'), longAgo, longAgo)
    await ensureGraph(request({ source: little, cache: folder }))
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual(['young.2.y.part'])
  })

  it('keeps nothing of a model that cannot be read', async () => {
    const folder = await own()
    const wrong = { ...little, file: { ...little.file, safetensors: little.tokenizer } }
    await expect(ensureGraph(request({ source: wrong, cache: folder }))).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
    })
    expect(await readdir(folder)).toEqual([])
  })

  it('converts again what was cut short on disk', async () => {
    const folder = await own()
    const weights = join(dirname(await ensureGraph(request({ source: little, cache: folder }))), 'weights.bin')
    const whole = await readFile(weights)
    await truncate(weights, whole.length / 2)
    await ensureGraph(request({ source: little, cache: folder }))
    expect(whole.equals(await readFile(weights))).toBe(true)
    expect(await readdir(folder)).toHaveLength(1)
  })
})

describe('the comparison with fp32', () => {
  const parityOf = async (graph: string) => JSON.parse(await readFile(join(dirname(graph), 'parity.json'), 'utf8'))

  it('S3-16 is written beside an int8 graph and shows what int8 costs', async () => {
    const parity = await parityOf(await ensureGraph(request({ precision: 'int8' })))
    expect(parity.texts).toBe(parityTexts.length)
    expect(parity.mean).toBeGreaterThan(0.99)
    expect(parity.mean).toBeLessThan(0.99999)
  })

  it('S2-6 finds no difference where only the layout of fp32 weights changed', async () => {
    expect((await parityOf(await ensureGraph(request({ weights: 'mmap' })))).min).toBeGreaterThan(0.9999)
  })

  it('is made once, refuses below the gate with its figures and the way out, and sees weights that went wrong', async () => {
    const packed = request({ source: little, weights: 'mmap' })
    const graph = await ensureGraph(packed)
    const file = join(dirname(graph), 'parity.json')
    await writeFile(file, '{"mean":0.99995,"min":0.99991,"texts":16}')
    await ensureGraph(packed)
    expect((await parityOf(graph)).mean).toBe(0.99995)

    await writeFile(file, '{"mean":0.985,"min":0.91,"texts":16}')
    await expect(ensureGraph(packed)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringMatching(/0\.98500 .*0\.91000/),
      hint: expect.stringContaining('memory.weights'),
    })

    const weights = join(dirname(graph), 'weights.bin')
    const bytes = await readFile(weights)
    await writeFile(weights, bytes.fill(1, bytes.length / 2))
    await writeFile(file, '{"mean":') // a result cut short is found out again
    await expect(ensureGraph(packed)).rejects.toThrow('other vectors than fp32')
    expect((await parityOf(graph)).min).toBeLessThan(0.9999)
  })
})
