import { mkdir, mkdtemp, readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ensureGraph, type GraphRequest } from '../src/graph-cache.ts'
import { findModel, type ModelSource } from '../src/model-source.ts'
import { readTokenizer } from '../src/read-tokenizer.ts'
import { openTokenizer, type TextTokenizer } from '../src/tokenizer.ts'
import { dot } from './fixture.ts'
import { graphVectors, unlike, worstOf } from './graph-vectors.ts'
import { modelFolder, shape } from './random-bert.ts'
import { referenceEncoder } from './reference.ts'

/** Random weights: two layers of 64. The real model goes through all of this in parity.slow.ts. */
let little: ModelSource
let tokenizer: TextTokenizer
let cache: string
beforeAll(async () => {
  const { tokenizer: file } = await findModel(undefined, {})
  tokenizer = await openTokenizer(await readTokenizer(file), 128)
  cache = await mkdtemp(join(tmpdir(), 'tenfold-graphs-'))
  little = await findModel({ folder: modelFolder(file) }, { env: { TENFOLD_CACHE: cache } })
})

const request = (wanted: Partial<GraphRequest>): GraphRequest => ({
  source: little,
  precision: 'fp32',
  vocabulary: 'fused',
  weights: 'copy',
  cache,
  ...wanted,
})
const vectors = (wanted: Partial<GraphRequest>) => graphVectors(request(wanted), tokenizer, unlike)

describe('the graph', () => {
  it.each(['fused', 'unmasked', 'standard'] as const)(
    '%s fp32 equals a plain forward pass to 1e-4, padded or not',
    async (vocabulary) => {
      const { safetensors } = little.file as { safetensors: string }
      const reference = referenceEncoder(safetensors, { ...shape, pooling: 'mean' })
      const rows = await vectors({ vocabulary })
      for (const [i, text] of unlike.entries())
        expect(worstOf(rows[i]!, reference(tokenizer.encode(text)))).toBeLessThan(1e-4)
    },
  )

  it.each([
    ['fp32', 'fused'],
    ['int8', 'unmasked'],
  ] as const)('S2-6 mapped pre-packed %s %s weights give the vectors of copied ones', async (precision, vocabulary) => {
    const copied = await vectors({ precision, vocabulary })
    const mapped = await vectors({ precision, vocabulary, weights: 'mmap' })
    for (const [i, row] of mapped.entries()) expect(worstOf(row, copied[i]!)).toBeLessThan(5e-6)
  })

  it('S3-16 int8 is near fp32, and not the same', async () => {
    const [exact, small] = [await vectors({}), await vectors({ precision: 'int8' })]
    const cosines = unlike.map((_, i) => dot(exact[i]!, small[i]!))
    expect(Math.min(...cosines)).toBeGreaterThan(0.95)
    expect(Math.max(...cosines)).toBeLessThan(0.999999)
  })
})

describe('the cache of graphs', () => {
  const own = () => mkdtemp(join(tmpdir(), 'tenfold-graphs-'))

  it('converts once for callers at the same time, and leaves nothing temporary', async () => {
    const folder = await own()
    const paths = await Promise.all([1, 2, 3].map(() => ensureGraph(request({ cache: folder }))))
    expect(new Set(paths).size).toBe(1)
    expect(await readdir(folder)).toHaveLength(1)
  })

  it('removes what a process killed during a conversion left, and nothing younger', async () => {
    const folder = await own()
    for (const name of ['old.1.x.part', 'young.2.y.part']) await mkdir(join(folder, name))
    const longAgo = new Date(Date.now() - 3_600_000)
    await utimes(join(folder, 'old.1.x.part'), longAgo, longAgo)
    await ensureGraph(request({ cache: folder }))
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
    const weights = join(dirname(await ensureGraph(request({ cache: folder }))), 'weights.bin')
    const whole = await readFile(weights)
    await truncate(weights, whole.length / 2)
    await ensureGraph(request({ cache: folder }))
    expect(whole.equals(await readFile(weights))).toBe(true)
    expect(await readdir(folder)).toHaveLength(1)
  })
})

describe('the comparison with fp32', () => {
  const parityOf = async (graph: string) => JSON.parse(await readFile(join(dirname(graph), 'parity.json'), 'utf8'))

  it('is made once, refuses below the gate with its figures and the way out, and sees weights that went wrong', async () => {
    const packed = request({ weights: 'mmap' })
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
