import type { HydratedChunk } from '@tenfold/contracts'
import { checkVector } from '@tenfold/store-kit'
import type { IndexOptions } from '@tenfold/vector-search'
import { openConnection } from './connection.ts'
import { firstState } from './first-state.ts'
import { GraphRows } from './graph/graph-rows.ts'
import { dropGraph } from './graph/names.ts'
import { lexicalSearcher } from './lexical.ts'
import { filterer } from './metadata.ts'
import { prepareSchema } from './schema.ts'
import { snippetsOf } from './snippets.ts'
import { explainAll, statements } from './statements.ts'
import { analyzeInForce, applyAnalyze, applyCollectionIndex, hasCollectionIndex, statisticsDue } from './tuning.ts'
import type { SqliteStore, StoreOptions, VectorScan } from './types.ts'
import { fromBlob, VectorRows } from './vector-rows.ts'
import { type DocWrite, documentWriter } from './writer.ts'

/** Opens or makes a store. Throws INDEX_MISMATCH, DATA_UNREADABLE or ENGINE_UNAVAILABLE. */
export function openStore(options: StoreOptions): SqliteStore {
  const { db } = openConnection(options.path, options)
  const { vectorScan } = options
  const { dims } = options.identity
  try {
    prepareSchema(db, options.path, options.identity)
    applyCollectionIndex(db, options.collectionIndex)
    if (vectorScan.representation !== 'graph') dropGraph(db, options.path)
    if (options.analyze === 'full' ? statisticsDue(db) : analyzeInForce(db) === 'full')
      applyAnalyze(db, options.analyze)
  } catch (error) {
    db.close()
    throw error
  }
  const prepare = statements(db, options.statementReuse)
  const lexical = lexicalSearcher(prepare, (work) => db.transaction(work)(), options)
  const writer = documentWriter(db, prepare)
  let loaded: VectorRows | undefined
  const vectors = () => {
    loaded ??= new VectorRows(scanOf(vectorScan), dims, prepare('allVectors').all() as { id: number; data: Buffer }[])
    return loaded
  }
  const collectionChunkIds = (collection: string) => prepare('collectionChunkIds').pluck().all(collection) as number[]
  const chunkIdsOf = filterer(db, collectionChunkIds, options.statementReuse)

  const write = (batch: DocWrite[], mayWait: boolean) => {
    for (const { doc, chunks } of batch) {
      for (const { vector } of chunks) if (vector || !mayWait) checkVector(vector, dims, `document ${doc.id}`)
    }
    const staged = mayWait || first.state.isStaged()
    const written = writer.upsert(batch, staged)
    follow(written.flatMap(({ removed }) => removed))
    for (const [at, { added }] of written.entries()) {
      const { chunks } = batch[at]!
      for (const [i, id] of added.entries()) {
        const { vector } = chunks[i]!
        if (vector) came(id, vector)
      }
      if (staged) first.follow(added, chunks)
    }
  }
  const came = (chunkId: number, vector: Float32Array) => {
    loaded?.add(chunkId, vector)
    graph?.add(chunkId, vector)
  }
  const first = firstState({
    db,
    prepare,
    options: { ...options, vectorScan: scanOf(vectorScan) },
    chunkIdsOf,
    write: (doc, chunks) => write([{ doc, chunks }], true),
    came,
  })
  const graph =
    vectorScan.representation === 'graph'
      ? new GraphRows({
          db,
          prepare,
          options: { ...options, depth: { ef: vectorScan.ef, rescore: vectorScan.rescore } },
          isStaged: first.state.isStaged,
          exact: (query, k, chunkIds) => vectors().search(query, k, chunkIds),
        })
      : undefined
  const follow = (removed: readonly number[]) => {
    lexical.forget()
    for (const id of removed) {
      loaded?.remove(id)
      graph?.remove(id)
    }
    first.forget(removed)
  }

  const store: SqliteStore = {
    ...first.state,
    get first() {
      return store
    },
    upsertDoc: (doc, chunks) => write([{ doc, chunks }], false),
    upsertDocs: (batch) => write(batch, false),
    removeDoc(docId) {
      const removed = writer.remove(docId)
      follow(removed ?? [])
      return removed !== undefined
    },
    docHash: (docId) => prepare('docHash').pluck().get(docId) as string | undefined,
    // SQLite orders by bytes of UTF-8, where letters beyond the first plane come last
    docIds: () => (prepare('docIds').pluck().all() as string[]).sort(),
    docChunks: (docId) =>
      (prepare('docChunks').all(docId) as { hash: string; data: Buffer }[]).map(({ hash, data }) => ({
        hash,
        vector: fromBlob(data),
      })),
    vectorsByHash(hashes) {
      const rows = prepare('vectorsByHash').all(JSON.stringify(hashes)) as { hash: string; data: Buffer | null }[]
      return new Map(rows.flatMap(({ hash, data }) => (data ? [[hash, fromBlob(data)]] : [])))
    },
    sampleVectors(limit) {
      const all = prepare('chunkIds').pluck().all() as number[]
      const step = Math.max(1, Math.ceil(all.length / Math.max(1, limit)))
      const chunkIds = all.filter((_, i) => i % step === 0)
      const vectors = new Float32Array(chunkIds.length * dims)
      let at = 0
      for (const data of prepare('vectorsOf').pluck().iterate(JSON.stringify(chunkIds)) as Iterable<Buffer>)
        vectors.set(fromBlob(data), dims * at++)
      return { chunkIds, vectors }
    },
    chunkCount: () => prepare('chunkCount').pluck().get() as number,
    collectionChunkIds,
    vectorSearch(query, k, filter) {
      const chunkIds = chunkIdsOf(filter)
      return graph?.search(query, k, chunkIds) ?? vectors().search(query, k, chunkIds)
    },
    exactSearch(query, k, filter) {
      if (scanOf(vectorScan).representation === 'f32') return vectors().search(query, k, chunkIdsOf(filter))
      // asked for all, codes leave nothing out: each row is scored with its f32 numbers
      const { chunkIds, scores } = store.vectorSearch(query, Math.max(k, store.chunkCount()), filter)
      return { chunkIds: chunkIds.slice(0, k), scores: scores.slice(0, k) }
    },
    lexicalSearch: (text, limit, filter) => lexical.search(text, limit, chunkIdsOf(filter)),
    snippets: (text, chunkIds, options) => snippetsOf(prepare, text, chunkIds, options),
    // in the order asked: its CROSS JOIN goes through the list from outside
    hydrate: (chunkIds) => prepare('hydrate').all(JSON.stringify(chunkIds)) as HydratedChunk[],
    rowOfChunk: (chunkId) => vectors().row(chunkId),
    chunkOfRow: (row) => vectors().chunk(row),
    vectorBytes: () => (loaded?.bytes ?? 0) + (graph?.bytes ?? 0),
    lexicalBytes: lexical.bytes,
    refresh() {
      store.refreshStatistics()
      return graph?.update()
    },
    updateGraph: async () => graph?.update(),
    graphRows: () => graph?.rows,
    advice: async () => graph?.advice() ?? [],
    plans: () => explainAll(db),
    setAnalyze(value) {
      const before = analyzeInForce(db)
      applyAnalyze(db, value)
      return { undo: () => applyAnalyze(db, before) }
    },
    setCollectionIndex(value) {
      const before = hasCollectionIndex(db)
      applyCollectionIndex(db, value)
      return { undo: () => applyCollectionIndex(db, before) }
    },
    refreshStatistics() {
      const due = options.analyze === 'full' && statisticsDue(db)
      if (due) applyAnalyze(db, 'full')
      return due
    },
    readBack() {
      const pragma = (name: string) => db.pragma(name, { simple: true }) as number
      return {
        'db.mmapMib': pragma('mmap_size') / 2 ** 20,
        'db.cacheKib': -pragma('cache_size'),
        'db.analyze': analyzeInForce(db),
        'db.statementReuse': new Set([prepare('chunkCount'), prepare('chunkCount')]).size === 1,
        'db.collectionIndex': hasCollectionIndex(db),
        'db.ftsOrder': options.ftsOrder,
        'db.ftsPostingsMib': options.ftsPostingsMib,
        'db.ftsMaxDocShare': options.ftsMaxDocShare,
        'db.vectors': graph && !graph.isInForce ? 'f32' : vectorScan.representation,
        'db.rescore': vectorScan.rescore,
        ...(vectorScan.representation === 'graph' && { 'db.ef': vectorScan.ef }),
        'db.scanThreads': loaded?.threads ?? vectorScan.threads ?? 1,
      }
    },
    pragmas() {
      const pragma = (name: string) => db.pragma(name, { simple: true })
      return {
        journalMode: String(pragma('journal_mode')),
        synchronous: Number(pragma('synchronous')),
        foreignKeys: pragma('foreign_keys') === 1,
        sqliteVersion: db.prepare('SELECT sqlite_version()').pluck().get() as string,
      }
    },
    checkpoint: () => void db.pragma('wal_checkpoint(TRUNCATE)'),
    close() {
      graph?.close()
      loaded?.close()
      db.close()
    },
  }
  return store
}

/** What is scanned where no graph is searched. */
const scanOf = (scan: VectorScan): IndexOptions =>
  scan.representation === 'graph' ? { ...scan, representation: 'f32' } : scan
