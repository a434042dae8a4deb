import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { sha256Of } from '../src/graph/check.ts'
import { openGraphIndex, recallOf, rowsInMemory } from '../src/index.ts'
import { all, breakLinks, exactIndex, publish, row, scratch } from './graphs.ts'
import { topics } from './vectors.ts'

const dims = 32
const count = 1000
/** Rows, then as many vectors that are no rows yet. */
const both = topics(2 * count, dims, 30, 1)
const vectors = both.subarray(0, count * dims)
const fresh = (i: number) => row(both, dims, count + i)
const options = { model: 'm', dims, read: rowsInMemory(vectors, dims) }

const folder = scratch((remove) => process.once('exit', remove))
await publish(folder, vectors, dims)
async function opened(more: Partial<typeof options> = {}, where = folder) {
  const index = await openGraphIndex(where, { ...options, ...more })
  onTestFinished(() => index.close())
  return index
}
const fails = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

describe('search over a graph and what changed since', () => {
  it('scores as exact search does, and finds what it finds', async () => {
    const index = await opened()
    const exact = exactIndex(vectors, dims)
    const queries = Array.from({ length: 100 }, (_, i) => fresh(i))
    const truth = queries.map((query) => exact.search(query, 10))
    expect(recallOf(index, queries, truth, 10).mean).toBeGreaterThan(0.99)
    for (const [i, query] of queries.entries()) {
      const found = index.search(query, 10)
      expect(found.rows).toHaveLength(10)
      expect([...found.scores]).toEqual([...found.scores].toSorted((a, b) => b - a))
      expect(index.exactSearch(query, 10).rows).toEqual(truth[i]!.rows)
    }
  })

  it('never gives fewer than min(k, matches), nothing that was removed or filtered out, and the newest vector of a row', async () => {
    const index = await opened()
    const truth = new Map([...all(count)].map((i) => [i, row(vectors, dims, i)]))
    const change = fc.record({ row: fc.nat(count + 200), from: fc.nat(count - 1), gone: fc.boolean() })
    const ask = fc.record({
      from: fc.nat(count - 1),
      k: fc.nat(40),
      filter: fc.option(fc.array(fc.nat(count + 300), { maxLength: 60 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), ask, (changes, { from, k, filter }) => {
        for (const each of changes) {
          if (!each.gone) {
            index.add(each.row, fresh(each.from))
            truth.set(each.row, fresh(each.from))
          } else if (truth.delete(each.row)) index.remove(each.row)
          else expect(() => index.remove(each.row)).toThrow(fails('DATA_UNREADABLE', /no vector/))
        }
        const rows = filter && Uint32Array.from(filter)
        const matches = [...truth.keys()].filter((each) => !filter || filter.includes(each))
        const score = (each: number) => truth.get(each)!.reduce((sum, x, i) => sum + x * fresh(from)[i]!, 0)
        expect(index.size).toBe(truth.size)
        for (const found of [index.search(fresh(from), k, rows), index.exactSearch(fresh(from), k, rows)]) {
          expect(found.rows).toHaveLength(Math.min(k, matches.length))
          expect(new Set(found.rows).size).toBe(found.rows.length)
          expect([...found.rows].filter((each) => !matches.includes(each))).toEqual([])
          for (const [i, each] of found.rows.entries()) expect(found.scores[i]).toBeCloseTo(score(each), 4)
        }
        const best = matches.map(score).toSorted((a, b) => b - a)[0]
        if (k > 0 && best !== undefined && filter)
          expect(index.search(fresh(from), k, rows).scores[0]).toBeCloseTo(best, 4)
      }),
      { numRuns: 60 },
    )
  })

  it('reads all rows where so many are gone that the graph finds too few', async () => {
    const index = await opened()
    for (let i = 0; i < count - 15; i++) index.remove(i)
    expect(index.search(fresh(0), 10).rows.every((each) => each >= count - 15)).toBe(true)
    expect(index.search(fresh(0), 100).rows).toHaveLength(15)
    expect(index.changed).toMatchObject({ gone: count - 15, added: 0 })
  })

  it.each([0.5, 0.1, 0.01, 0])(
    'a filter that %d pass gives min(k, matches) rows, also where the graph is asked',
    async (share) => {
      const index = await opened()
      const rows = all(count).filter((each) => each % 100 < 100 * share)
      const exact = exactIndex(vectors, dims)
      for (let i = 0; i < 20; i++) {
        const found = index.search(fresh(i), 10, rows)
        expect([...found.rows]).toEqual([...exact.search(fresh(i), 10, rows).rows])
      }
    },
  )

  it('refuses queries and k as a flat index does', async () => {
    const index = await opened()
    expect(() => index.search(new Float32Array(dims - 1), 5)).toThrow(fails('DATA_UNREADABLE', /31 numbers/))
    expect(() => index.search(new Float32Array(dims).fill(Number.NaN), 5)).toThrow(fails('DATA_UNREADABLE', /finite/))
    expect(() => index.search(fresh(0), -1)).toThrow(fails('DATA_UNREADABLE', /k is -1/))
    expect(index.search(fresh(0), 0).rows).toHaveLength(0)
  })
})

describe('opening', () => {
  it('is refused for another model, other dimensions, no manifest, or a damaged one', async () => {
    await expect(openGraphIndex(folder, { ...options, model: 'n' })).rejects.toEqual(
      fails('INDEX_MISMATCH', /by m, not 32 by n/),
    )
    await expect(openGraphIndex(folder, { ...options, dims: 64 })).rejects.toEqual(
      fails('INDEX_MISMATCH', /32 numbers.*64/),
    )
    const empty = scratch(onTestFinished)
    await expect(openGraphIndex(empty, options)).rejects.toEqual(fails('INDEX_MISSING', /no graph/))
    writeFileSync(path.join(empty, 'manifest.json'), '{"format":2}')
    await expect(openGraphIndex(empty, options)).rejects.toEqual(fails('INDEX_MISMATCH', /no manifest/))
  })

  it('is refused for a changed file, and leaves no note', async () => {
    const own = scratch(onTestFinished)
    const { file } = await publish(own, vectors, dims)
    appendFileSync(path.join(own, file), 'x')
    await expect(openGraphIndex(own, options)).rejects.toEqual(fails('INDEX_MISMATCH', /bytes/))
    expect(readdirSync(own).filter((name) => name.startsWith('open-'))).toEqual([])
  })

  it('notes that it is open until closed, and after a crash lets another process try the file first', async () => {
    const own = scratch(onTestFinished)
    const { file } = await publish(own, vectors, dims)
    const note = path.join(own, `open-${process.pid}`)
    const index = await openGraphIndex(own, options)
    expect(existsSync(note)).toBe(true)
    index.close()
    expect(existsSync(note)).toBe(false)
    // a process that is gone, and a graph that kills whoever searches it, under a checksum that fits
    const dead = path.join(own, 'open-4194999')
    writeFileSync(dead, '')
    const graph = path.join(own, file)
    const bytes = readFileSync(graph)
    writeFileSync(graph, breakLinks(bytes, count))
    const manifest = path.join(own, 'manifest.json')
    writeFileSync(
      manifest,
      JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), sha256: await sha256Of(graph) }),
    )
    await expect(openGraphIndex(own, options)).rejects.toEqual(fails('INDEX_MISMATCH', /ended with SIG/))
    // and the next time too, until it was found sound
    expect(existsSync(dead)).toBe(true)
    await publish(own, vectors, dims)
    const sound = await openGraphIndex(own, options)
    expect(existsSync(dead)).toBe(false)
    sound.close()
  })

  it('knows the rows of a graph that leaves some out', async () => {
    const own = scratch(onTestFinished)
    const rows = all(count).filter((each) => each % 3 === 0)
    await publish(own, vectors, dims, { rows })
    const index = await opened({}, own)
    expect(index.size).toBe(rows.length)
    expect(() => index.remove(1)).toThrow(fails('DATA_UNREADABLE', /row 1 /))
    expect(index.exactSearch(fresh(0), 2000).rows.every((each) => each % 3 === 0)).toBe(true)
  })
})

describe('a new graph', () => {
  it('is taken over with the changes it does not know', async () => {
    const own = scratch(onTestFinished)
    const known = vectors.slice()
    await publish(own, known, dims)
    const index = await opened({ read: rowsInMemory(known, dims) }, own)
    index.remove(1)
    index.add(2, fresh(2))
    const { last } = index.changed
    index.add(3, fresh(3))
    expect(await index.refresh()).toBe(false)
    known.set(fresh(2), 2 * dims)
    await publish(own, known, dims, { through: last, rows: all(count).filter((each) => each !== 1) })
    expect(await index.refresh()).toBe(true)
    expect(index.manifest.version).toBe(2)
    expect(index.changed).toEqual({ added: 1, gone: 1, last: 3 })
    expect(index.search(fresh(2), 1).rows[0]).toBe(2)
    expect(index.search(fresh(3), 1).rows[0]).toBe(3)
    expect(index.size).toBe(count - 1)
  })

  it('that is damaged leaves the old one in place', async () => {
    const own = scratch(onTestFinished)
    await publish(own, vectors, dims)
    const index = await opened({}, own)
    const { file } = await publish(own, vectors, dims)
    appendFileSync(path.join(own, file), 'x')
    await expect(index.refresh()).rejects.toEqual(fails('INDEX_MISMATCH', /bytes/))
    expect(index.manifest.version).toBe(1)
    expect(index.search(fresh(0), 10).rows).toHaveLength(10)
  })
})
