import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import { ensureModel } from '@tenfold/models'
import fc from 'fast-check'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { bertIds, readBertTokens } from '../src/bert-tokens.ts'
import { readTokenizer } from '../src/read-tokenizer.ts'
import { cachedTokens } from '../src/token-cache.ts'
import { openTokenizer } from '../src/tokenizer.ts'
import { paragraphs } from './fixture.ts'

// biome-ignore lint/suspicious/noExplicitAny: the file is changed below
let json: any
let path: string
beforeAll(async () => {
  path = (await ensureModel('all-MiniLM-L6-v2')).files['tokenizer.json']!
  json = JSON.parse(readFileSync(path, 'utf8'))
})

/** What texts are made of, and what tokenizers stumble over. */
const hard = fc.constantFrom(
  ..."[CLS] [MASK] [cls] [ ] É e\u0301 \u0301 ΑΣ Σ ß İ ﬁ 日本 가 Å ² don’t don't U.S. 3.14 https://a.b/c?d=e".split(
    ' ',
  ),
  ...'snake_case CamelCase unaffable — … ’ _ ` $ 😀 𐄀 𝒳'.split(' '),
  ...['\u00a0', '\u2009', '\u200b', '\ufeff', '\v', '\f', '\0', '\x7f', '\x85', '\u2028', '\ud800', '\udc00', '##ing'],
  'x'.repeat(100),
  'x'.repeat(101),
  '😀'.repeat(60),
)
const text = fc
  .array(
    fc.oneof(
      hard,
      fc.string({ maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom(' ', '\n', '\t', '', 'the', 'walk', 'ing'),
    ),
  )
  .map((parts) => parts.join(''))

const settings = {
  uncased: {},
  cased: { lowercase: false },
  'with accents': { strip_accents: false },
  'cased, without accents': { lowercase: false, strip_accents: true },
  'not cleaned': { clean_text: false, handle_chinese_chars: false },
}

describe.each(Object.entries(settings))('a BERT tokenizer, %s', (_, change) => {
  it('gives the very ids of the library for any text, however it is cut', () => {
    const changed = { ...json, normalizer: { ...json.normalizer, ...change } }
    const library = new Tokenizer(changed, {})
    const ours = bertIds(readBertTokens(changed)!)
    const expected = (value: string) =>
      library.encode(value.replace(/\p{Surrogate}/gu, '\ufffd'), { add_special_tokens: false }).ids
    fc.assert(
      fc.property(text, fc.nat(8), (value, limit) => {
        const whole = expected(value)
        expect(ours(value.toWellFormed(), Number.POSITIVE_INFINITY)).toEqual(whole)
        expect(ours(value.toWellFormed(), limit)).toEqual(whole.slice(0, limit))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('openTokenizer', () => {
  it('encodes prose as the library does, with the markers, cut', async () => {
    const library = new Tokenizer(json, {})
    const tokenizer = await openTokenizer(await readTokenizer(path), 64)
    for (const paragraph of paragraphs(40)) {
      const { ids } = library.encode(paragraph)
      const cut = ids.length > 64 ? [...ids.slice(0, 63), ids.at(-1)!] : ids
      expect([...tokenizer.encode(paragraph)]).toEqual(cut)
      expect(tokenizer.count(paragraph)).toBe(ids.length - 2)
    }
  })

  it('leaves what is no BERT to the library, with the same outcome where both can', async () => {
    const theirs = await openTokenizer({ path }, 32)
    const ours = await openTokenizer(await readTokenizer(path), 32)
    for (const value of ['', 'hello world', 'a [MASK] b', 'word '.repeat(100), 'half \ud800 pair']) {
      expect(theirs.encode(value)).toEqual(ours.encode(value))
      expect(theirs.ids(value)).toEqual(ours.ids(value))
    }
  })

  it.each([
    ['another model', { model: { type: 'Unigram', vocab: [] } }],
    ['another normaliser', { normalizer: { type: 'Lowercase' } }],
    ['a marker that takes the space before it', { added_tokens: [{ id: 1, content: '<mask>', lstrip: true }] }],
    ['no markers around', { post_processor: null }],
  ])('knows %s', (_, change) => {
    expect(readBertTokens({ ...json, ...change })).toBeUndefined()
  })

  it('is given to a thread without a copy of the vocabulary', async () => {
    const source = await readTokenizer(path)
    expect('bert' in source && source.bert.vocabulary).toBeInstanceOf(SharedArrayBuffer)
    expect('bert' in source && source.bert.vocabulary.byteLength).toBeLessThan(2e6)
  })

  it('takes texts of any length in its stride', async () => {
    const tokenizer = await openTokenizer(await readTokenizer(path), 256)
    expect(tokenizer.count('word '.repeat(200_000))).toBe(200_000)
    expect(tokenizer.encode('x'.repeat(5_000_000))).toHaveLength(3)
    expect(tokenizer.encode('')).toHaveLength(2)
  })
})

describe('cachedTokens', () => {
  const cache = () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenfold-tokens-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    return folder
  }
  const sample = "Unaffable, isn't it? [MASK] 日本"
  const idsOf = (tokens: Awaited<ReturnType<typeof cachedTokens>>) => bertIds(tokens!)(sample, 100)

  it('says the same when it is read again, and has one file', async () => {
    const folder = cache()
    const file = readFileSync(path)
    const first = await cachedTokens(file, folder)
    const again = await cachedTokens(file, folder)
    expect({ ...again, vocabulary: 0 }).toEqual({ ...first, vocabulary: 0 })
    expect(idsOf(again)).toEqual(idsOf(first))
    expect(readdirSync(folder)).toHaveLength(1)
  })

  it.each([
    ['cut short', (file: string) => truncateSync(file, 1000)],
    ['altered', (file: string) => writeFileSync(file, readFileSync(file).fill(7, 5000, 5004))],
    ['empty', (file: string) => truncateSync(file, 0)],
  ])('makes a file anew that was %s', async (_, spoil) => {
    const folder = cache()
    const first = await cachedTokens(readFileSync(path), folder)
    const file = join(folder, readdirSync(folder)[0]!)
    const whole = readFileSync(file)
    spoil(file)
    expect(idsOf(await cachedTokens(readFileSync(path), folder))).toEqual(idsOf(first))
    expect(readFileSync(file).equals(whole)).toBe(true)
  })

  it('does without where nothing can be kept', async () => {
    const file = join(cache(), 'a file')
    writeFileSync(file, '')
    expect(idsOf(await cachedTokens(readFileSync(path), file)).length).toBeGreaterThan(5)
  })
})
