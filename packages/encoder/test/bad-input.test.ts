import { describe, expect, it } from 'vitest'
import { type EncoderOptions, openEncoder } from '../src/index.ts'
import { dot, plain, row } from './fixture.ts'

const nasty: Record<string, string> = {
  'no character': '',
  'one character': 'a',
  '100,000 characters': 'lorem ipsum '.repeat(8_334),
  'one word of 100,000 characters': 'x'.repeat(100_000),
  'a line of 10 MB': 'Some words without an end, '.repeat(400_000),
  'a high surrogate at the end': 'half a pair \ud83d',
  'a low surrogate at the start': '\ude00 half a pair',
  'surrogates in the wrong order': 'a \ude00\ud83d b',
  NUL: 'a\0b\0',
  'only NUL': '\0\0\0',
  'a cut that splits a pair': `${'y'.repeat(256 * 64 - 1)}😀`,
  'control and bidi characters': '\u0007\u202e\u2066\ufeff\u200d',
  'the markers themselves': '[CLS] [SEP] [PAD] [MASK] [UNK]',
}

describe.each([
  ['here', { workers: 0 }],
  ['in int8 workers', { workers: 1, threads: 1, precision: 'int8', batch: { maxTexts: 4, tokenBudget: 512 } }],
] as [string, Partial<EncoderOptions>][])('%s', (_, options) => {
  it('every kind of text gets a vector of length 1, alone or among others', async () => {
    const encoder = await openEncoder({ ...plain, ...options })
    const texts = Object.values(nasty)
    const slab = await encoder.embed(texts)
    expect(slab).toHaveLength(texts.length * encoder.dims)
    for (const [i, name] of Object.keys(nasty).entries()) {
      expect(dot(row(slab, i), row(slab, i)), name).toBeCloseTo(1, 4)
      const [alone] = [await encoder.embed([texts[i]!], { lane: 'query' })]
      expect(dot(alone, row(slab, i)), name).toBeGreaterThan(options.precision === 'int8' ? 0.95 : 0.9999)
    }
    for (const length of encoder.tokenLengths(texts)) expect(length).toBeLessThanOrEqual(256)
    await encoder.close()
  })
})

it('the tokens of a line of 10 MB are counted', async () => {
  const encoder = await openEncoder(plain)
  expect(encoder.countTokens(nasty['a line of 10 MB']!)).toBe(400_000 * 6)
  await encoder.close()
})
