import { openEncoder, openTokenizer, readTokenizer } from '@tenfold/encoder'
import { ensureModel } from '@tenfold/models'
import { describe, expect, it } from 'vitest'
import { distill, readVocabulary, type TokenEncoder, type Vocabulary } from '../src/index.ts'
import { staticEncoder } from '../src/static-encoder.ts'
import { dot, slabOf } from './fixture.ts'

const width = 12
const vocabulary: Vocabulary = {
  size: 40,
  ids: Int32Array.from({ length: 35 }, (_, i) => i + 5),
  words: 10,
  start: 1,
  end: 2,
}

/** Each token has a vector of its own; what it was asked is in `asked`. */
function tokenEncoder(asked: number[][] = []): TokenEncoder {
  const rows = slabOf(vocabulary.size, width)
  return {
    dims: width,
    async embedTokens(tokens) {
      asked.push(...tokens.map((ids) => [...ids]))
      const slab = new Float32Array(tokens.length * width)
      for (const [row, ids] of tokens.entries())
        slab.set(rows.subarray(ids[1]! * width, (ids[1]! + 1) * width), row * width)
      return slab
    },
  }
}

describe('distill', () => {
  it('encodes each token alone between the markers, and tells how far it is', async () => {
    const asked: number[][] = []
    const told: unknown[] = []
    await distill({ encoder: tokenEncoder(asked), vocabulary, dims: 4, onProgress: (progress) => told.push(progress) })
    expect(asked).toEqual(Array.from(vocabulary.ids, (id) => [1, id, 2]))
    expect(told).toEqual([{ done: 35, total: 35 }])
  })

  it('keeps the directions of tokens with all components, is zero for what is no text, and the same every time', async () => {
    const make = () => distill({ encoder: tokenEncoder(), vocabulary, dims: width })
    const table = await make()
    expect(await make()).toEqual(table)
    expect([...table.scales.subarray(0, 5)]).toEqual([0, 0, 0, 0, 0])

    const source = slabOf(vocabulary.size, width)
    const mean = Array.from({ length: width }, (_, k) =>
      vocabulary.ids.reduce((sum, id) => sum + source[id * width + k]! / vocabulary.ids.length, 0),
    )
    const before = (id: number) => Array.from({ length: width }, (_, k) => source[id * width + k]! - mean[k]!)
    const after = (id: number) =>
      Array.from({ length: width }, (_, k) => table.codes[id * width + k]! * table.scales[id]!)
    const cosine = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
    for (const [a, b] of [
      [5, 6],
      [7, 39],
      [20, 21],
    ] as const)
      expect(cosine(after(a), after(b))).toBeCloseTo(cosine(before(a), before(b)), 1.5)
  })

  it('stops on abort, with its reason', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(distill({ encoder: tokenEncoder(), vocabulary, dims: 4, signal })).rejects.toThrow('enough')
  })

  it('S0-4 of the real encoder: a text is found by words of the same meaning', async () => {
    const model = await ensureModel('all-MiniLM-L6-v2')
    const path = model.files['tokenizer.json']!
    const real = await readVocabulary(path)
    const tokenizer = await openTokenizer(await readTokenizer(path), 256)
    const texts = [
      'a cat slept on the sofa',
      'the kitten was lying on a couch',
      'interest rates were raised by the bank',
    ]
    const used = texts.flatMap((text) => tokenizer.ids(text))
    const ids = Int32Array.from(new Set([...used, ...real.ids.subarray(2000, 2800)])).sort()
    const encoder = await openEncoder({
      precision: 'int8',
      threads: 0,
      workers: 0,
      arena: true,
      weights: 'copy',
      device: 'cpu',
      batch: { maxTexts: 128, tokenBudget: 0 },
    })
    const table = await distill({ encoder, vocabulary: { ...real, ids }, dims: 64 }).finally(() => encoder.close())
    const slab = staticEncoder(table, tokenizer).embed(texts)
    const [cat, kitten, rates] = [0, 1, 2].map((row) => slab.subarray(row * 64, (row + 1) * 64))
    expect(dot(cat!, kitten!)).toBeGreaterThan(dot(cat!, rates!) + 0.2)
    for (const vector of [cat, kitten, rates]) expect(dot(vector!, vector!)).toBeCloseTo(1, 5)
  })
})
