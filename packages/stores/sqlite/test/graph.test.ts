import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig } from '@tenfold/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import provider, { openStore, type SqliteStore, storeFile, storeOptions } from '../src/index.ts'
import { folder } from './fixture.ts'
import {
  answersRightly,
  dims,
  documents,
  graphConfig,
  graphsIn,
  identity,
  openedGraph,
  questions,
  rows,
  vectorAt,
} from './graph-fixture.ts'

describe('a graph of vectors beside the file', () => {
  const original = mkdtempSync(join(tmpdir(), 'tenfold-graph-'))
  beforeAll(async () => {
    const store = await provider.open({ config: graphConfig, workspace: original, identity })
    store.upsertDocs(documents(0, rows))
    expect(store.graphRows()).toBeUndefined()
    await store.refresh()
    expect(store.graphRows()).toEqual({ graph: rows, added: 0, gone: 0 })
    store.close()
  })
  afterAll(() => rmSync(original, { recursive: true }))
  const copied = () => {
    const workspace = folder()
    cpSync(original, workspace, { recursive: true })
    return workspace
  }

  it('is built at the end of an ingest and found again, and searches without the f32 rows in memory', async () => {
    const workspace = copied()
    const before = graphsIn(workspace)
    const store = await openedGraph(workspace)
    expect(graphsIn(workspace)).toEqual(before)
    expect(store.readBack()).toMatchObject({ 'db.vectors': 'graph', 'db.rescore': 40, 'db.ef': 128 })
    for (const question of questions) store.vectorSearch(question, 10)
    expect(store.vectorBytes()).toBeLessThan(4 * dims * rows + 250 * rows)
    answersRightly(store)
    expect(await store.advice?.()).toEqual([])
  })

  it('is built when the setting comes to a file that has rows', async () => {
    const workspace = copied()
    ;(await openedGraph(workspace, parseConfig({}))).close()
    expect(existsSync(`${storeFile(workspace)}.vectors`)).toBe(false)
    const store = await openedGraph(workspace)
    expect(store.graphRows()).toEqual({ graph: rows, added: 0, gone: 0 })
    answersRightly(store)
  })

  it('goes with another setting, but nothing else that lies in its folder', async () => {
    const workspace = copied()
    const note = join(`${storeFile(workspace)}.vectors`, 'note.txt')
    writeFileSync(note, 'mine')
    await openedGraph(workspace, parseConfig({ 'db.vectors': 'int8' }))
    expect(readdirSync(join(note, '..'))).toEqual(['note.txt'])
  })

  it('finds rows that came and not those that went, before and after it is opened again', async () => {
    const workspace = copied()
    const store = await openedGraph(workspace)
    const change = (of: SqliteStore) => {
      of.upsertDocs(documents(rows, rows + 100))
      for (let n = 0; n < 50; n++) of.removeDoc(`d${n}`)
    }
    change(store)
    await store.refresh()
    const check = (of: SqliteStore) => {
      expect(of.graphRows()).toEqual({ graph: rows, added: 100, gone: 50 })
      answersRightly(of)
      const [id] = of.vectorSearch(vectorAt(rows + 60), 1).chunkIds
      expect(of.hydrate([id!])[0]?.docId).toBe(`d${rows + 60}`)
      const all = of.vectorSearch(vectorAt(7), rows + 500).chunkIds
      expect(all).toHaveLength(rows + 50)
      expect(of.hydrate(all)).toHaveLength(rows + 50)
    }
    check(store)
    store.close()
    check(await openedGraph(workspace))
    // as a process does that was killed before it could refresh
    const unseen = copied()
    const plain = openStore(storeOptions({ config: graphConfig, workspace: unseen, identity }))
    change(plain)
    plain.close()
    check(await openedGraph(unseen))
  })

  it('is built anew when 20 % came or went', async () => {
    const workspace = copied()
    const store = await openedGraph(workspace)
    store.upsertDocs(documents(rows, rows + 0.21 * rows))
    await store.refresh()
    const grown = rows + 0.21 * rows
    expect(store.graphRows()).toEqual({ graph: grown, added: 0, gone: 0 })
    answersRightly(store)
    for (let n = 0; n < 0.21 * grown; n++) store.removeDoc(`d${n}`)
    await store.refresh()
    expect(store.graphRows()).toEqual({ graph: store.chunkCount(), added: 0, gone: 0 })
    answersRightly(store)
    // of earlier graphs one stays
    expect(graphsIn(workspace)).toHaveLength(2)
  })

  it('gives min(k, matches) with any filter', async () => {
    const store = await openedGraph(copied())
    const tenth = rows / 10
    for (const [collection, matches] of [['tenth', tenth], ['rest', rows - tenth], ['none', 0]] as const) // biome-ignore format: pairs
      for (const k of [1, 10, tenth + 5, rows]) {
        const { chunkIds } = store.vectorSearch(questions[0]!, k, { collection })
        expect(chunkIds).toHaveLength(Math.min(k, matches))
        expect(chunkIds).toEqual(store.exactSearch(questions[0]!, k, { collection }).chunkIds)
      }
  })

  const damages: [string, (graph: string, manifest: string) => void][] = [
    ['flipped', (graph) => writeFileSync(graph, readFileSync(graph).fill(0x7f, 20_000, 20_100))],
    ['truncated', (graph) => truncateSync(graph, 9000)],
    ['with a manifest that is none', (_, manifest) => writeFileSync(manifest, '{"format":1')],
  ]
  it.each(damages)('%s is not searched, and built anew', async (_, damage) => {
    const workspace = copied()
    const at = `${storeFile(workspace)}.vectors`
    damage(join(at, graphsIn(workspace)[0]!), join(at, 'manifest.json'))
    const store = await openedGraph(workspace)
    expect(store.graphRows()).toEqual({ graph: rows, added: 0, gone: 0 })
    answersRightly(store)
  })

  it('of another file is not searched, though ids and model are the same', async () => {
    const other = folder()
    const store = await openedGraph(other)
    store.upsertDocs(documents(rows, 2 * rows))
    await store.refresh()
    store.close()
    const workspace = copied()
    rmSync(`${storeFile(workspace)}.vectors`, { recursive: true })
    cpSync(`${storeFile(other)}.vectors`, `${storeFile(workspace)}.vectors`, { recursive: true })
    const foreign = readFileSync(join(`${storeFile(workspace)}.vectors`, 'manifest.json'), 'utf8')
    answersRightly(await openedGraph(workspace))
    expect(readFileSync(join(`${storeFile(workspace)}.vectors`, 'manifest.json'), 'utf8')).not.toBe(foreign)
  })

  it('that cannot be written leaves exact answers, and says why', async () => {
    const workspace = copied()
    rmSync(`${storeFile(workspace)}.vectors`, { recursive: true })
    writeFileSync(`${storeFile(workspace)}.vectors`, 'a file where the folder should be')
    const store = await openedGraph(workspace)
    expect(store.graphRows()).toBeUndefined()
    expect(store.readBack()['db.vectors']).toBe('f32')
    answersRightly(store, 1)
    expect(await store.advice?.()).toEqual([expect.stringMatching(/scanned without a graph: .*; .*written to/)])
    // built when it can be
    rmSync(`${storeFile(workspace)}.vectors`)
    await store.refresh()
    expect(store.graphRows()).toEqual({ graph: rows, added: 0, gone: 0 })
    expect(await store.advice?.()).toEqual([])
  })

  it('is not made of vectors whose length is not 1, nor of few rows', async () => {
    const store = await openedGraph(folder())
    store.upsertDocs(documents(0, 200))
    await store.refresh()
    expect([store.graphRows(), store.readBack()['db.vectors'], await store.advice?.()]).toEqual([
      undefined,
      'graph',
      [],
    ])
    const long = documents(200, 400).map((each) => ({
      ...each,
      chunks: each.chunks.map((chunk) => ({ ...chunk, vector: chunk.vector.map((x) => 3 * x) })),
    }))
    store.upsertDocs(long)
    await store.refresh()
    expect(store.graphRows()).toBeUndefined()
    expect(await store.advice?.()).toEqual([expect.stringContaining('length 3.000, not 1')])
    answersRightly(store, 1)
  })

  it('waits for the end of a first state', async () => {
    const store = await openedGraph(folder())
    for (const { doc, chunks } of documents(0, 300))
      store.stageDoc(doc, chunks.map(({ vector: _, ...chunk }) => chunk)) // biome-ignore format: one call
    await store.refresh()
    expect(store.graphRows()).toBeUndefined()
    store.fill(store.pendingChunks(0, 300).map(({ chunkId, text }) => ({ chunkId, vector: vectorAt(Number(text.slice(5))) }))) // biome-ignore format: one call
    await store.refresh()
    expect(store.graphRows()).toEqual({ graph: 300, added: 0, gone: 0 })
    answersRightly(store)
  })
})
