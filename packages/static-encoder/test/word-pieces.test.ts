import { readFileSync } from 'node:fs'
import { Tokenizer } from '@huggingface/tokenizers'
import { ensureModel } from '@tenfold/models'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { readVocabulary } from '../src/index.ts'
import { openWordPieces, type WordPieces, wordPieces } from '../src/word-pieces.ts'

let library: (text: string) => number[]
let ours: WordPieces
let markers: string[]
let path: string
beforeAll(async () => {
  path = (await ensureModel('all-MiniLM-L6-v2')).files['tokenizer.json']!
  const tokenizer = new Tokenizer(JSON.parse(readFileSync(path, 'utf8')), {})
  library = (text) => tokenizer.encode(text.replace(/\p{Surrogate}/gu, '\ufffd'), { add_special_tokens: false }).ids
  markers = (await readVocabulary(path)).markers
  ours = await openWordPieces(path, markers)
})

/** What texts are made of, and what tokenizers stumble over. */
const hard = fc.constantFrom(
  ...[
    '[CLS]',
    '[MASK]',
    '[cls]',
    '[',
    ']',
    'É',
    'e\u0301',
    '\u0301',
    'ΑΣ',
    'Σ',
    'ß',
    'İ',
    'ﬁ',
    '日本',
    '\u00a0',
    '\u2009',
  ],
  ...[
    '\u200b',
    '\ufeff',
    '\v',
    '\f',
    '\0',
    '\x7f',
    '\x85',
    '\u2028',
    '\ud800',
    '\udc00',
    '😀',
    '’',
    '—',
    '…',
    '_',
    '`',
    '$',
  ],
  ...[
    'don’t',
    "don't",
    'U.S.',
    '3.14',
    'https://a.b/c?d=e',
    'snake_case',
    'CamelCase',
    'x'.repeat(120),
    '²',
    'Å',
    '가',
  ],
)
const text = fc
  .array(
    fc.oneof(
      hard,
      fc.string({ maxLength: 6 }),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom(' ', '\n', '\t', ''),
    ),
  )
  .map((parts) => parts.join(''))

describe('wordPieces', () => {
  it('gives the very tokens of the library, for any text', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect([...ours.encode(value)]).toEqual(library(value))
      }),
      { numRuns: 3000 },
    )
  })

  it('gives them for real prose and code too', () => {
    for (const file of ['../README.md', '../src/word-pieces.ts']) {
      const value = readFileSync(new URL(file, import.meta.url), 'utf8')
      expect([...ours.encode(value)]).toEqual(library(value))
    }
  })

  it('asks once for each word, and forgets when there are too many', () => {
    const asked: string[] = []
    const pieces = wordPieces((word) => {
      asked.push(word)
      return [word.length]
    }, [])
    const before = asked.length
    expect([...pieces.encode('one two, one')]).toEqual([3, 3, 1, 3])
    expect(asked.slice(before)).toEqual(['one', 'two'])
    for (let i = 0; i < 100_000; i++) pieces.encode(`w${i}`)
    asked.length = 0
    pieces.encode('one')
    expect(asked).toEqual(['one'])
  })

  it('takes texts of any length in its stride', () => {
    expect(ours.encode('word '.repeat(200_000))).toHaveLength(200_000)
    expect(ours.encode('x'.repeat(5_000_000))).toHaveLength(1)
    expect(ours.encode('')).toHaveLength(0)
  })
})

describe('readVocabulary', () => {
  it('leaves out markers and spare places', async () => {
    const { ids, size, words, start, end } = await readVocabulary(path)
    expect({ size, words, start, end, first: ids[0] }).toEqual({
      size: 30522,
      words: 1996,
      start: 101,
      end: 102,
      first: 999,
    })
    expect(ids.length).toBe(30522 - 5 - 994)
  })
})
