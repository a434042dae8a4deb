import { describe, expect, it } from 'vitest'
import { addCondition } from '../src/where.ts'

describe('conditions of ask --where', () => {
  it.each([
    ['lang=en', { lang: 'en' }],
    ['lang=en,de', { lang: { in: ['en', 'de'] } }],
    ['file.bytes>=1000', { 'file.bytes': { gte: 1000 } }],
    ['date<=2026-01-02', { date: { lte: '2026-01-02' } }],
    ['draft=false', { draft: false }],
    ['zip="007"', { zip: '007' }],
    ['who="a,b",c', { who: { in: ['a,b', 'c'] } }],
    ['none=', { none: '' }],
    ['a=b=c', { a: 'b=c' }],
  ])('%s', (text, expected) => expect(addCondition(text)).toEqual(expected))

  it('both ends of a range, beside another field', () => {
    const all = ['year>=2020', 'lang=en', 'year<=2022'].reduce((before, text) => addCondition(text, before), {})
    expect(all).toEqual({ year: { gte: 2020, lte: 2022 }, lang: 'en' })
  })

  it.each(['', 'lang', '=en', '>=3', 'year>=1,2', 'draft>=true'])('refuses %j', (text) => {
    expect(() => addCondition(text)).toThrow(/takes/)
  })
})
