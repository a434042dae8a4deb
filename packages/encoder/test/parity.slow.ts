import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { bertModels } from '../src/bert.ts'
import { ensureGraph, type GraphRequest } from '../src/graph-cache.ts'
import { findModel, type ModelSource } from '../src/model-source.ts'
import { parityTexts } from '../src/parity-texts.ts'
import { readTokenizer } from '../src/read-tokenizer.ts'
import { openTokenizer, type TextTokenizer } from '../src/tokenizer.ts'
import { dot, paragraphs } from './fixture.ts'
import { graphVectors, unlike, worstOf } from './graph-vectors.ts'
import { referenceEncoder } from './reference.ts'

let source: ModelSource
let tokenizer: TextTokenizer
let cache: string
beforeAll(async () => {
  source = await findModel(undefined, {})
  tokenizer = await openTokenizer(await readTokenizer(source.tokenizer), 256)
  cache = await mkdtemp(join(tmpdir(), 'tenfold-graphs-'))
})

const request = (wanted: Partial<GraphRequest>): GraphRequest => ({
  source,
  precision: 'fp32',
  vocabulary: 'fused',
  weights: 'copy',
  cache,
  ...wanted,
})
const vectors = (wanted: Partial<GraphRequest>, texts: string[]) => graphVectors(request(wanted), tokenizer, texts)

describe('all-MiniLM-L6-v2 through each of its graphs', () => {
  it.each(['fused', 'unmasked', 'standard'] as const)(
    '%s fp32 equals a plain forward pass to 1e-4, padded or not',
    async (vocabulary) => {
      const { safetensors } = source.file as { safetensors: string }
      const reference = referenceEncoder(safetensors, bertModels['all-MiniLM-L6-v2'])
      const rows = await vectors({ vocabulary }, unlike)
      for (const [i, text] of unlike.entries())
        expect(worstOf(rows[i]!, reference(tokenizer.encode(text)))).toBeLessThan(1e-4)
    },
  )

  it.each(['fused', 'unmasked'] as const)(
    'S3-16 int8 %s keeps a mean cosine of 0.99 with fp32 on real paragraphs',
    async (vocabulary) => {
      const real = paragraphs(32)
      expect(real).toHaveLength(32)
      const [exact, small] = [await vectors({}, real), await vectors({ precision: 'int8', vocabulary }, real)]
      const cosines = real.map((_, i) => dot(exact[i]!, small[i]!))
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
    const copied = await vectors({ precision, vocabulary }, unlike)
    const mapped = await vectors({ precision, vocabulary, weights: 'mmap' }, unlike)
    for (const [i, row] of mapped.entries()) expect(worstOf(row, copied[i]!)).toBeLessThan(5e-6)
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
})
