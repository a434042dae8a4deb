import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ChunkOptions, chunk } from '../src/index.ts'

const countWords = (text: string) => text.match(/\S+/g)?.length ?? 0
const options = (maxTokens: number, overlapTokens = 0, countTokens = countWords): ChunkOptions => ({
  maxTokens,
  overlapTokens,
  countTokens,
})

/** Documents of numbered, so distinct, words: headings, prose and code blocks in any order. */
const documents = fc
  .array(
    fc.oneof(
      fc.record({
        kind: fc.constant('heading'),
        level: fc.integer({ min: 1, max: 4 }),
        words: fc.integer({ min: 1, max: 5 }),
      }),
      fc.record({
        kind: fc.constant('prose'),
        level: fc.integer({ min: 1, max: 9 }),
        words: fc.integer({ min: 1, max: 60 }),
      }),
      fc.record({
        kind: fc.constant('code'),
        level: fc.integer({ min: 1, max: 5 }),
        words: fc.integer({ min: 1, max: 30 }),
      }),
    ),
    { maxLength: 12 },
  )
  .map((blocks) => {
    let next = 0
    const lines: string[] = []
    for (const { kind, level, words } of blocks) {
      const run = Array.from(
        { length: words },
        (_, i) => `w${next++}${kind === 'prose' && i % level === 0 ? '. S' : ''}`,
      )
      if (kind === 'heading') lines.push(`${'#'.repeat(level)} ${run.join(' ')}`)
      else if (kind === 'code') lines.push(['```ts', ...run, '```'].join('\n'))
      else lines.push(run.join(' '))
    }
    return { text: lines.join('\n\n'), words: Array.from({ length: next }, (_, i) => `w${i}`) }
  })
const limits = fc
  .integer({ min: 1, max: 40 })
  .chain((maxTokens) =>
    fc.record({ maxTokens: fc.constant(maxTokens), overlapTokens: fc.integer({ min: 0, max: maxTokens - 1 }) }),
  )

function wordsOf(chunks: string[]): string[] {
  return chunks.flatMap((text) => text.match(/w\d+/g) ?? [])
}

/** Non-space characters that a reader sees, without heading and fence marks. */
function inkOf(text: string): string {
  return text.replace(/^#{1,6} /gm, '').replace(/\s/g, '')
}

function isSubsequence(part: string, whole: string): boolean {
  let at = 0
  for (let i = 0; i < whole.length; i++) if (whole[i] === part[at]) at++
  return at === part.length
}

describe('chunk', () => {
  it('covers every word once in order, however small the chunks are', () => {
    fc.assert(
      fc.property(documents, limits, ({ text, words }, { maxTokens, overlapTokens }) => {
        const chunks = chunk(text, options(maxTokens, overlapTokens))
        expect([...new Set(wordsOf(chunks))]).toEqual(words)
      }),
      { numRuns: 500 },
    )
  })

  it('keeps every non-space character of any text, in order', () => {
    const texts = fc.array(
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', '\n\n', '# a\n', '```\n', '. ')),
    )
    fc.assert(
      fc.property(texts, limits, (pieces, { maxTokens, overlapTokens }) => {
        const text = pieces.join('')
        const ink = chunk(text, options(maxTokens, overlapTokens)).join('').replace(/\s/g, '')
        expect(isSubsequence(inkOf(text), ink)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('stays within the limit, with counters of words and of characters', () => {
    const countCharacters = (text: string) => Math.ceil(text.length / 4)
    fc.assert(
      fc.property(documents, limits, fc.constantFrom(countWords, countCharacters), ({ text }, limit, countTokens) => {
        for (const part of chunk(text, { ...limit, countTokens }))
          expect(countTokens(part)).toBeLessThanOrEqual(limit.maxTokens)
      }),
      { numRuns: 500 },
    )
  })

  it('stays within the limit when a whole counts more than its parts', () => {
    const countJoined = (text: string) => countWords(text) + Math.floor(countWords(text) / 3)
    const text = Array.from({ length: 300 }, (_, i) => `w${i}.`).join(' Next ')
    const chunks = chunk(text, options(12, 3, countJoined))
    for (const part of chunks) expect(countJoined(part)).toBeLessThanOrEqual(12)
    expect(new Set(wordsOf(chunks)).size).toBe(300)
  })

  it('gives the same chunks for the same text', () => {
    fc.assert(
      fc.property(documents, limits, ({ text }, { maxTokens, overlapTokens }) => {
        expect(chunk(text, options(maxTokens, overlapTokens))).toEqual(chunk(text, options(maxTokens, overlapTokens)))
      }),
    )
  })

  it('puts the heading path before each chunk', () => {
    const text = '# Page title\n\nIntro.\n\n## Section\n\nOne two.\n\n### Part\n\nThree.\n\n## Other\n\nFour.'
    const parts = [
      'Page title\nIntro.',
      'Page title > Section\nOne two.',
      'Page title > Section > Part\nThree.',
      'Page title > Other\nFour.',
    ]
    // small sections join the one before as long as both fit
    expect(chunk(text, options(12))).toEqual([parts.slice(0, 2).join('\n\n'), parts.slice(2).join('\n\n')])
    expect(chunk(text, options(100))).toEqual([parts.join('\n\n')])
  })

  it('drops outer headings when the path takes more than half of a chunk', () => {
    const text = '# a b c\n\nIntro.\n\n## d e\n\nText here.'
    expect(chunk(text, options(6))).toEqual(['a b c\nIntro.', 'd e\nText here.'])
    expect(chunk(text, options(5))).toEqual(['a b c', 'Intro.\n\nd e\nText here.'])
  })

  it('keeps a heading that nothing follows', () => {
    expect(chunk('# One\n\n## Two\n\n# Three', options(10))).toEqual(['One > Two\n\nThree'])
  })

  it('repeats whole sentences from the end of the chunk before, within the overlap', () => {
    const text = 'One two three. Four five. Six seven eight. Nine ten.'
    expect(chunk(text, options(6, 2))).toEqual([
      'One two three. Four five.',
      'Four five. Six seven eight.',
      'seven eight. Nine ten.',
    ])
  })

  it('repeats the last words of a sentence longer than the overlap', () => {
    const chunks = chunk('a b c d e f. G h.', options(6, 2))
    expect(chunks).toEqual(['a b c d e f.', 'e f. G h.'])
  })

  it('keeps a code block whole when it fits and cuts it at lines when not', () => {
    const code = '```ts\nconst a = 1\n# no heading\nconst b = 2\n```'
    expect(chunk(`Words before it.\n\n${code}`, options(14))).toEqual(['Words before it.', code])
    expect(
      chunk(code, options(7)).every((part) => part.split('\n').every((line) => code.split('\n').includes(line))),
    ).toBe(true)
  })

  it('cuts inside a word only when the word alone is too long, and never inside a character', () => {
    const countCharacters = (text: string) => [...text.replace(/\s/g, '')].length
    const text = `${'😀'.repeat(30)} small words here`
    const chunks = chunk(text, options(8, 0, countCharacters))
    expect(chunks.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
    for (const part of chunks) expect(Buffer.from(part).toString()).toBe(part)
    for (const word of ['small', 'words', 'here'])
      expect(chunks.some((part) => part.split(/\s/).includes(word))).toBe(true)
  })

  it('counts tokens a bounded number of times for each sentence', () => {
    let calls = 0
    const sentences = 2000
    const text = `# Title\n\n${'Some words in a sentence. '.repeat(sentences)}`
    const countTokens = (part: string) => {
      calls++
      return countWords(part)
    }
    chunk(text, options(50, 10, countTokens))
    expect(calls).toBeLessThan(sentences * 1.5)
  })

  it('takes a line of a megabyte with no space in it, in bounded pieces', () => {
    const chunks = chunk('x'.repeat(1_000_000), options(200))
    expect(chunks.join('')).toHaveLength(1_000_000)
    expect(Math.max(...chunks.map((part) => part.length))).toBeLessThanOrEqual(200 * 64)
  })

  it('gives no chunk for a text without words', () => {
    expect(chunk(' \n\n ', options(10))).toEqual([])
  })

  it('refuses an overlap that leaves no room', () => {
    expect(() => chunk('a', options(10, 10))).toThrow(expect.objectContaining({ code: 'CONFIG_OUT_OF_RANGE' }))
  })
})
