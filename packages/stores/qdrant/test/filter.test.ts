import type { Schemas } from '@qdrant/js-client-rest'
import { factsOf } from '@tenfold/store-kit'
import { expect } from 'vitest'
import { describeFilters } from '../../kit/test/filters.ts'
import { conditionsOf, numbersOf } from '../src/filter.ts'

/** As the documentation of Qdrant says it is read: a field of several values meets a condition when one of them does. */
function meets(condition: Schemas['Condition'], payload: Record<string, unknown>): boolean {
  const {
    key,
    match: wanted,
    range,
  } = condition as { key: string; match?: { value?: unknown; any?: unknown[] }; range?: Record<string, number> }
  expect(key).toMatch(/^(live|doc|facts|numbers\.[0-9a-f]*)$/)
  const found = [key.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], payload)].flat()
  if (wanted) return found.some((each) => each === wanted.value || (wanted.any ?? []).includes(each))
  return found.some(
    (each) => typeof each === 'number' && each >= (range?.gte ?? -Infinity) && each <= (range?.lte ?? Infinity),
  )
}

describeFilters('Qdrant', (filter, docIds, { of, live }) => {
  const payload = { live, doc: 'd', facts: factsOf(of), numbers: numbersOf(of) }
  return (conditionsOf(filter, docIds).must as Schemas['Condition'][]).every((each) => meets(each, payload))
})
