import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openGraphIndex, publishRows, readManifest, removeGraphs, rowsInMemory } from '../src/index.ts'
import { all, exactIndex, row, scratch, shape } from './graphs.ts'
import { topics } from './vectors.ts'

const dims = 16
const count = 600
const vectors = topics(count + 50, dims, 30, 1.5)
const known = vectors.slice(0, count * dims)
/** Row numbers with gaps, as of a table that rows were deleted from. */
const numbers = Uint32Array.from({ length: count }, (_, i) => 3 * i + 5)
const read = (rows: Uint32Array) =>
  rowsInMemory(vectors, dims)(rows.map((number) => (number < 5000 ? (number - 5) / 3 : number - 5000 + count)))
const publication = { model: 'm', through: numbers.at(-1)!, shape, depth: { ef: 64, rescore: 40 }, target: 0.9 }

it('rows with numbers of their own are published, followed and taken away', async () => {
  const folder = path.join(scratch(onTestFinished), 'graphs')
  const manifest = await publishRows(folder, { rows: numbers, vectors: known, dims }, publication)
  expect(manifest).toMatchObject({
    rows: count,
    lastRow: numbers.at(-1),
    ef: 64,
    rescore: 40,
    recall: { k: 10, queries: 50 },
  })
  expect(manifest.recall.mean).toBeGreaterThan(0.9)
  const wide: number[] = []
  const exact = (query: Float32Array, k: number, rows: Uint32Array) => {
    wide.push(rows.length)
    const found = exactIndex(read(rows), dims).search(query, k)
    return { rows: found.rows.map((i) => rows[i]!), scores: found.scores }
  }
  const index = await openGraphIndex(folder, { model: 'm', dims, read, exact })
  const first = exactIndex(known, dims).search(row(vectors, dims, 7), 1)
  expect(index.search(row(vectors, dims, 7), 1)).toEqual({ rows: Uint32Array.of(26), scores: first.scores })
  expect(index.exactSearch(row(vectors, dims, 7), 10).rows[0]).toBe(26)
  // few rows are read, many scored by what is quicker at it
  index.exactSearch(row(vectors, dims, 7), 3, numbers.subarray(0, 200))
  index.search(row(vectors, dims, 7), 3, numbers.subarray(0, 201))
  expect(wide).toEqual([count, 201])

  const there = Uint32Array.from([...numbers.subarray(10), ...all(50).map((i) => 5000 + i)])
  index.follow(there)
  index.follow(there)
  expect(index.changed).toMatchObject({ added: 50, gone: 10 })
  expect([index.has(5), index.has(35), index.has(5049), index.has(5050)]).toEqual([false, true, true, false])
  expect(index.search(row(vectors, dims, count + 20), 1).rows[0]).toBe(5020)
  index.follow(numbers)
  expect(index.size).toBe(count)
  expect(index.search(row(vectors, dims, 0), 1).rows[0]).toBe(5)
  index.close()

  writeFileSync(path.join(folder, 'mine.txt'), '')
  removeGraphs(folder)
  expect(readdirSync(folder)).toEqual(['mine.txt'])
  expect(readManifest(folder)).toBeUndefined()
  const other = path.join(folder, 'other')
  await publishRows(other, { rows: numbers, vectors: known, dims }, publication)
  removeGraphs(other)
  removeGraphs(other)
  expect(existsSync(other)).toBe(false)
})

it('a depth that is seen to miss the target is refused', async () => {
  const folder = scratch(onTestFinished)
  const scattered = topics(2000, 64, 2000, 1)
  const rows = all(2000)
  const given = {
    ...publication,
    shape: { ...shape, connectivity: 2, expansionAdd: 2 },
    depth: { ef: 10, rescore: 10 },
    target: 0.99,
  }
  await expect(publishRows(folder, { rows, vectors: scattered, dims: 64 }, given)).rejects.toMatchObject({
    code: 'INDEX_MISMATCH',
    hint: expect.stringContaining('raise ef'),
  })
  expect(readManifest(folder)).toBeUndefined()
})
