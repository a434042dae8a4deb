import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cacheKey, normalizeQuestion } from '../src/index.ts'

describe('S0-2 normalizeQuestion', () => {
  it.each([
    ['  What is RAG? ', 'what is rag?'],
    ['what\tis\n\n rag?', 'what is rag?'],
    ['Cafe\u0301', 'caf\u00e9'],
    ['streamText()', 'streamtext()'],
    ['', ''],
  ])('%j becomes %j', (text, expected) => {
    expect(normalizeQuestion(text)).toBe(expected)
  })

  it('different words stay different', () => {
    expect(normalizeQuestion('top k')).not.toBe(normalizeQuestion('topk'))
    expect(normalizeQuestion('what is rag?')).not.toBe(normalizeQuestion('what is rag'))
  })

  it('is stable, and blind to letter case and white space', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9?.]{1,8}$/)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        const plain = normalizeQuestion(words.join(' '))
        expect(normalizeQuestion(plain)).toBe(plain)
        expect(normalizeQuestion(`\t${words.join('  \n').toUpperCase()} `)).toBe(plain)
      }),
    )
  })
})

describe('S0-1 S4-10 cacheKey', () => {
  it('parts cannot run into each other', () => {
    expect(cacheKey('a', 'bc')).not.toBe(cacheKey('ab', 'c'))
    expect(cacheKey('a', '')).not.toBe(cacheKey('a'))
    expect(cacheKey('1')).not.toBe(cacheKey(1))
    expect(cacheKey(undefined)).not.toBe(cacheKey('null'))
    expect(cacheKey('a","b')).not.toBe(cacheKey('a', 'b'))
  })

  it('is equal for equal parts, different for different ones, and of one length', () => {
    const parts = fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(undefined)))
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(cacheKey(...one)).toBe(cacheKey(...one))
        expect(cacheKey(...one)).toHaveLength(43)
        expect(cacheKey(...one) === cacheKey(...other)).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
    )
  })
})
