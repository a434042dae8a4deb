import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkFile, sha256Of, tryInChild } from '../src/graph/check.ts'
import { buildGraph, viewGraph } from '../src/graph/graph.ts'
import { graphLibrary } from '../src/graph/library.ts'
import { openRowFile, rowsInMemory } from '../src/index.ts'
import { all, breakLinks, exactIndex, row, scratch, shape } from './graphs.ts'
import { topics } from './vectors.ts'

const dims = 32
const count = 1000
const vectors = topics(count, dims, 30, 1)
const read = rowsInMemory(vectors, dims)
const build = (rows = all(count)) => buildGraph(shape, dims, rows, read)
const whole = await build()
const graphOfNothing = await build(new Uint32Array(0))
const fails = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

async function saved() {
  const folder = scratch(onTestFinished)
  const file = path.join(folder, 'graph.usearch')
  const graph = whole
  graph.save(file)
  const manifest = { ...shape, dims, rows: count, ef: 30, bytes: statSync(file).size, sha256: await sha256Of(file) }
  return { folder, file, graph, manifest, queries: [row(vectors, dims, 0)] }
}

describe('a graph', () => {
  it('finds the neighbours that exact search finds, among more candidates', async () => {
    const graph = whole
    const exact = exactIndex(vectors, dims)
    let found = 0
    for (let i = 0; i < 100; i++) {
      const query = row(vectors, dims, 9 * i)
      const candidates = new Set(graph.nearest(query, 100))
      found += exact.search(query, 10).rows.filter((each) => candidates.has(each)).length
    }
    expect(found / 1000).toBeGreaterThan(0.99)
  })

  it('looks at max(ef, k) nodes: more candidates find more, on one open graph', async () => {
    const graph = whole
    const exact = exactIndex(vectors, dims)
    const recall = (candidates: number) =>
      [...all(100)].reduce((sum, i) => {
        const query = row(vectors, dims, 7 * i)
        const known = new Set(graph.nearest(query, candidates))
        return sum + exact.search(query, 10).rows.filter((each) => known.has(each)).length / 1000
      }, 0)
    expect(recall(10)).toBeLessThan(recall(200))
  })

  it('reads a query that is a view into a larger array', async () => {
    const graph = whole
    const batch = Float32Array.from([...row(vectors, dims, 3), ...row(vectors, dims, 900)])
    expect(graph.nearest(batch.subarray(dims), 1)[0]).toBe(900)
  })

  it('finds nothing while it is empty, and no more rows than it has', async () => {
    const empty = await build(new Uint32Array(0))
    expect(empty.nearest(row(vectors, dims, 0), 5)).toHaveLength(0)
    const small = await build(Uint32Array.of(7, 11, 13))
    expect([...small.nearest(row(vectors, dims, 11), 100)].toSorted((a, b) => a - b)).toEqual([7, 11, 13])
    expect(small.nearest(row(vectors, dims, 11), 0)).toHaveLength(0)
    expect(small.has(Uint32Array.of(7, 8))).toEqual([true, false])
  })

  it('refuses a row twice, a query of other length or with NaN, and vectors whose length the codes would lose', async () => {
    await expect(build(Uint32Array.of(1, 2, 1))).rejects.toEqual(fails('DATA_UNREADABLE', /row 1 is given twice/))
    const graph = await build(Uint32Array.of(1, 2))
    expect(() => graph.nearest(new Float32Array(dims - 1), 1)).toThrow(fails('DATA_UNREADABLE', /32/))
    expect(() => graph.nearest(new Float32Array(dims).fill(Number.NaN), 1)).toThrow(fails('DATA_UNREADABLE', /32/))
    const long = rowsInMemory(
      vectors.map((x) => 2 * x),
      dims,
    )
    await expect(buildGraph(shape, dims, all(3), long)).rejects.toEqual(fails('DATA_UNREADABLE', /length 2/))
    const broken = rowsInMemory(
      vectors.map((x, i) => (i === 5 ? Number.NaN : x)),
      dims,
    )
    await expect(buildGraph(shape, dims, all(3), broken)).rejects.toEqual(fails('DATA_UNREADABLE', /length NaN/))
  })

  it('says how to install the library where it is not there', async () => {
    const absent = () => Promise.reject(new Error("Cannot find package 'usearch'"))
    await expect(graphLibrary(absent)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      hint: expect.stringContaining('pnpm add usearch@2.21.4'),
    })
    const catalog = readFileSync(path.join(import.meta.dirname, '../../../pnpm-workspace.yaml'), 'utf8')
    expect(catalog).toContain('usearch: 2.21.4')
  })
})

describe('a graph file', () => {
  it('is found to be the same when viewed', async () => {
    const { file, graph, manifest } = await saved()
    const viewed = await viewGraph(file, shape, dims, count)
    for (let i = 0; i < 50; i++) {
      const query = row(vectors, dims, 17 * i)
      expect(viewed.nearest(query, 30)).toEqual(graph.nearest(query, 30))
    }
    await expect(checkFile(file, manifest)).resolves.toBeUndefined()
  })

  it('is not written for no rows', async () => {
    const file = path.join(scratch(onTestFinished), 'empty.usearch')
    expect(() => graphOfNothing.save(file)).toThrow(fails('DATA_EMPTY', /no rows/))
    expect(statSync(file, { throwIfNoEntry: false })).toBeUndefined()
    expect(() => whole.save(path.join(file, 'no-folder'))).toThrow(fails('STORE_FULL', /could not be written/))
  })

  it('is refused when its dimensions or rows are not those of the manifest', async () => {
    const { file } = await saved()
    await expect(viewGraph(file, shape, 64, count)).rejects.toEqual(fails('INDEX_MISMATCH', /1000 vectors of 32.*64/))
    await expect(viewGraph(file, shape, dims, 999)).rejects.toEqual(fails('INDEX_MISMATCH', /999/))
  })

  it('takes no further rows once it is viewed: the library refuses them', async () => {
    const { file } = await saved()
    const { Index, MetricKind, ScalarKind } = await graphLibrary()
    const viewed = new Index(dims, MetricKind.IP, ScalarKind.I8)
    viewed.view(file)
    expect(() => viewed.add(9999n, row(vectors, dims, 0), 1)).toThrow(/immutable/)
    expect(await viewGraph(file, shape, dims, count)).not.toHaveProperty('save')
  })

  it.each([
    ['cut short', (file: string) => truncateSync(file, statSync(file).size / 2), /bytes/],
    ['longer', (file: string) => appendFileSync(file, 'x'), /bytes/],
    ['changed in one bit', (file: string) => flip(file, 0.5), /SHA-256/],
  ])('is refused when %s, here and in a process of its own', async (_, damage, why) => {
    const { file, manifest, queries } = await saved()
    damage(file)
    await expect(checkFile(file, manifest)).rejects.toEqual(fails('INDEX_MISMATCH', why))
    await expect(tryInChild({ file, manifest, queries })).rejects.toEqual(fails('INDEX_MISMATCH', why))
  })

  it('that kills the process which searches it leaves this one alive', async () => {
    const { file, manifest, folder } = await saved()
    const broken = path.join(folder, 'broken.usearch')
    writeFileSync(broken, breakLinks(readFileSync(file), count))
    const fitting = { ...manifest, sha256: await sha256Of(broken) }
    const queries = Array.from({ length: 50 }, (_, i) => row(vectors, dims, i))
    await expect(tryInChild({ file: broken, manifest: fitting, queries })).rejects.toEqual(
      fails('INDEX_MISMATCH', /ended with SIG/),
    )
  })
})

describe('rows in a file', () => {
  it('are those that were written; others are refused', () => {
    const file = path.join(scratch(onTestFinished), 'rows.f32')
    writeFileSync(file, vectors)
    const rows = openRowFile(file, dims)
    onTestFinished(() => rows.close())
    expect(rows.count).toBe(count)
    const some = Uint32Array.of(5, 0, count - 1)
    expect(rows.read(some)).toEqual(read(some))
    expect(() => rows.read(Uint32Array.of(count))).toThrow(fails('DATA_UNREADABLE', /not row 1000/))
    expect(() => openRowFile(file, 33)).toThrow(fails('DATA_UNREADABLE', /33/))
  })
})

function flip(file: string, share: number): void {
  const bytes = readFileSync(file)
  bytes[Math.floor(bytes.length * share)]! ^= 1
  writeFileSync(file, bytes)
}
