import { expect, it } from 'vitest'
import { z } from 'zod'
import { stageOf } from '../src/index.ts'
import { parseTargetOptions, stageMapSchema } from '../src/schemas.ts'

const schema = z.strictObject({ url: z.string(), retry: z.strictObject({ times: z.int().default(1) }).optional() })

it.each([
  [undefined, 'x: url is missing', /^url takes: /],
  [{ url: 3 }, 'x: url is 3', /expected string/],
  [{ url: 'a', retry: { times: '2' } }, 'x: retry.times is "2"', /expected number/],
  [{ url: 'a', uri: 'b' }, 'x: uri is "b"', /leave uri out; known are url, retry/],
  ['text', 'x: options is "text"', /expected object/],
])('%j', (given, message, hint) => {
  expect(() => parseTargetOptions(schema, 'x', given)).toThrow(
    expect.objectContaining({ code: 'CONFIG_OUT_OF_RANGE', message, hint: expect.stringMatching(hint) }),
  )
})

it('fills in defaults', () => {
  expect(parseTargetOptions(schema, 'x', { url: 'a', retry: {} })).toEqual({ url: 'a', retry: { times: 1 } })
})

it('a stage is what the map says, else what its name says', () => {
  const map = stageMapSchema.parse({ search: 'vector', decode: 'prefill' })
  expect(['search', 'decode', 'embed', 'toString'].map((name) => stageOf(name, map))).toEqual([
    'vector',
    'prefill',
    'embed',
    undefined,
  ])
})
