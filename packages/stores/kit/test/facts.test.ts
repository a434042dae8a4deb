import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MetadataValue } from '@tenfold/contracts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { facts, factsOf, isOrphan, namespaceIn, ownerOf } from '../src/index.ts'

it('two facts are the same text only where they say the same', () => {
  const value: fc.Arbitrary<MetadataValue> = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom('1', 1, 'true'),
  )
  const field = fc.oneof(fc.constantFrom('a', 'a"', '["a"'), fc.string())
  fc.assert(
    fc.property(fc.tuple(field, value), fc.tuple(field, value), ([a, x], [b, y]) => {
      expect(facts.value(a, x) === facts.value(b, y)).toBe(a === b && x === y)
      const all = factsOf({ collection: a, metadata: { [b]: y } })
      expect(all).toEqual([facts.collection(a), facts.field(b), facts.value(b, y)])
      expect(new Set(all).size).toBe(3)
    }),
  )
})

it('an index is an orphan once all its folders are gone, and never for another machine', () => {
  const [workspace, kept] = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'tenfold-owner-'))) as [string, string]
  const here = namespaceIn(workspace, 'test')
  const owner = ownerOf(here, kept)
  expect(isOrphan(owner, here)).toBe(false)
  rmSync(workspace, { recursive: true })
  expect(isOrphan(owner, here)).toBe(false)
  rmSync(kept, { recursive: true })
  expect(isOrphan(owner, here)).toBe(true)
  expect(isOrphan({ ...owner, machine: 'another' }, here)).toBe(false)
})
