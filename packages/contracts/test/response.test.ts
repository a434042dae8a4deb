import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lookUp, PipelineError, resultFrom, tokenReader } from '../src/index.ts'
import { responsePathsSchema } from '../src/schemas.ts'

describe('lookUp', () => {
  const json = { a: { b: [{ id: 1 }, { id: 2 }] }, 'odd.key': 'x', list: [[1, 2], [3]], none: [], nil: null }

  it.each([
    ['a.b[].id', [1, 2]],
    ['$.a.b[*].id', [1, 2]],
    ['a.b[1].id', [2]],
    ['["odd.key"]', ['x']],
    ['list[][]', [1, 2, 3]],
    ['list', [[[1, 2], [3]]]],
    ['none[].id', []],
    ['nil', [null]],
  ])('%s', (path, values) => expect(lookUp(json, path)).toEqual({ values }))

  it.each([
    ['a.c', 'a has the keys b'],
    ['z', 'the answer has the keys a, odd.key, list, none, nil'],
    ['a.b[].key', 'a.b[0] has the keys id'],
    ['a.b.id', 'a.b is a list of 2'],
    ['a.b.length', 'a.b is a list of 2'],
    ['nil.x', 'nil is null'],
    ['a[].x', 'a has the keys b'],
    ['a.b[5]', 'a.b is a list of 2'],
    ['constructor.name', 'the answer has the keys a, odd.key, list, none, nil'],
  ])('%s ends at: %s', (path, gap) => expect(lookUp(json, path)).toEqual({ gap }))

  it('finds what was put at any path', () => {
    const key = fc.string({ minLength: 1 }).filter((each) => !each.includes('"') && each !== '__proto__')
    const steps = fc.array(fc.oneof(key, fc.nat(3)), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(steps, fc.jsonValue(), (path, value) => {
        const json = path.reduceRight<unknown>(
          (inside, step) => (typeof step === 'number' ? [...Array(step).fill(0), inside] : { [step]: inside }),
          value,
        )
        const written = path.map((step) => (typeof step === 'number' ? `[${step}]` : `["${step}"]`)).join('')
        expect(lookUp(json, written)).toEqual({ values: [value] })
      }),
    )
  })
})

it.each(['', 'a..b', 'a[', 'a[x]', '.', 'a]b', '$'])('%j is no path', (path) => {
  expect(responsePathsSchema.safeParse({ ids: path }).success).toBe(false)
})

describe('resultFrom', () => {
  it.each([
    [{ ids: ['a', 7, 'a'] }, ['a', '7']],
    [{ documents: [{ id: 'a' }] }, ['a']],
    [{ sources: [{ id: 'a' }] }, ['a']],
    [{ results: [{ id: 'a' }, { id: 'b' }] }, ['a', 'b']],
    [{ results: [] }, []],
    [{ ids: [], results: [{ id: 'a' }] }, []],
  ])('ids of %j', (json, ids) => expect(resultFrom([json]).ids).toEqual(ids))

  it.each([
    [{ ids: 3.5, results: 1 }, undefined],
    [{ results: [{ id: 'a' }, { id: null }] }, /no document ids at ids, .*found \["a",null\]/],
    [{ results: [{ id: 'a' }, {}] }, /has the keys results/],
    [{ documents: { id: 'a' } }, /has the keys documents/],
    [[], /the answer is a list of 0/],
    ['text', /the answer is "text"/],
    [null, /the answer is null/],
  ])('%j', (json, message) => {
    if (!message) return expect(resultFrom([json]).ids).toEqual(['3.5'])
    const error = (() => {
      try {
        return resultFrom([json])
      } catch (reason) {
        return reason
      }
    })()
    expect(error).toBeInstanceOf(PipelineError)
    expect((error as PipelineError).message).toMatch(message)
  })

  it('never throws anything but a PipelineError, whatever comes', () => {
    const paths = fc.record({ ids: fc.constantFrom(null, undefined, 'ids', 'a[].id'), usage: fc.constantFrom('usage') })
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), paths, (parts, paths) => {
        try {
          const { ids } = resultFrom(parts, paths, { answer: true })
          expect(new Set(ids).size).toBe(ids.length)
        } catch (error) {
          expect(error).toBeInstanceOf(PipelineError)
        }
      }),
    )
  })

  it('passages by their paths, joined by position', () => {
    const json = {
      hits: [
        { m: { id: 'a' }, body: 'A', rank: 2 },
        { m: { id: 'b' }, body: 'B', rank: '1' },
      ],
    }
    const passages = { docId: 'hits[].m.id', text: 'hits[].body', score: 'hits[].rank' }
    expect(resultFrom([json], { passages })).toEqual({
      ids: ['a', 'b'],
      passages: [
        { chunkId: 'a#0', docId: 'a', title: '', text: 'A', score: 2 },
        { chunkId: 'b#1', docId: 'b', title: '', text: 'B', score: 1 },
      ],
    })
    expect(() => resultFrom([json], { passages: { ...passages, text: 'hits[].text' } })).toThrow(
      /passages' text at hits\[\]\.text: hits\[0\] has the keys m, body, rank/,
    )
  })

  it('passages of the usual names, two of one document', () => {
    const results = [
      { id: 'a', text: 'A1', title: 'T', score: 0.5 },
      { id: 'a', text: 'A2', title: 'T', score: 0.4 },
    ]
    const { ids, passages } = resultFrom([{ results }])
    expect(ids).toEqual(['a'])
    expect(passages.map(({ chunkId, text, title }) => [chunkId, text, title])).toEqual([
      ['a#0', 'A1', 'T'],
      ['a#1', 'A2', 'T'],
    ])
  })

  it('texts without ids of their own take those of the answer', () => {
    const json = { ids: ['a', 'b'], passages: [{ text: 'A' }, { text: 'B' }] }
    expect(resultFrom([json]).passages.map(({ docId }) => docId)).toEqual(['a', 'b'])
  })

  it('ids: null says that there are none', () => {
    expect(resultFrom([{ answer: 'x' }], { ids: null })).toEqual({ ids: [], passages: [], answer: 'x' })
  })

  it('what was streamed is the answer', () => {
    expect(resultFrom([{ ids: ['a'], answer: 'last' }], {}, { streamed: 'all of it' }).answer).toBe('all of it')
    expect(() => resultFrom([{ ids: [] }, { x: 1 }], {}, { answer: true })).toThrow(
      /no answer at .* in any of 2 events; of the last one, the answer has the keys x/,
    )
  })

  it('counts tokens in the words of others, and names a cache', () => {
    const json = { ids: [], u: { prompt_eval_count: 3, eval_count: 4 }, cacheHit: 'semantic' }
    const { usage, cacheHit } = resultFrom([json], { usage: 'u' })
    expect(usage).toEqual({ promptTokens: 3, reusedTokens: 0, completionTokens: 4 })
    expect(cacheHit).toBe('semantic')
    expect(resultFrom([{ ids: [], hit: true }], { cacheHit: 'hit' }).cacheHit).toBe('cache')
    expect(resultFrom([{ ids: [], cacheHit: false }]).cacheHit).toBeUndefined()
    expect(() => resultFrom([{ ids: [], u: { total: 3 } }], { usage: 'u' })).toThrow(/no token counts at u/)
  })
})

describe('tokenReader', () => {
  it('keeps the first path that fits, so that the last event is no token', () => {
    const read = tokenReader()
    expect([{ sources: [] }, { token: 'a' }, { token: '' }, { token: 'b' }, { text: 'ab', ids: [] }].map(read)).toEqual(
      [undefined, 'a', undefined, 'b', undefined],
    )
  })

  it('reads the path it is given only', () => {
    expect([{ delta: { t: 'x' } }, { token: 'a' }].map(tokenReader({ token: 'delta.t' }))).toEqual(['x', undefined])
  })
})
