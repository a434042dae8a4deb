import type { Filter } from '@tenfold/contracts'
import { openConnection } from './connection.ts'
import { firstState } from './first-state.ts'
import { lexicalSearcher } from './lexical.ts'
import { filterer } from './metadata.ts'
import { prepareSchema } from './schema.ts'
import { snippetsOf } from './snippets.ts'
import { explainAll, statements } from './statements.ts'
import { analyzeInForce, applyAnalyze, applyCollectionIndex, hasCollectionIndex, statisticsDue } from './tuning.ts'
import type { HydratedChunk, Store, StoreOptions } from './types.ts'
import { fromBlob, VectorRows } from './vector-rows.ts'
import { checkVector, type DocWrite, documentWriter } from './writer.ts'

/** Opens or makes a store. Throws INDEX_MISMATCH, DATA_UNREADABLE or ENGINE_UNAVAILABLE. */
export function openStore(options: StoreOptions): Store {
  const db = openConnection(options.path, options.mmapMib, options.cacheKib)
  const { dims } = options.identity
  try {
    prepareSchema(db, options.path, options.identity)
    applyCollectionIndex(db, options.collectionIndex)
    if (options.analyze === 'full' ? statisticsDue(db) : analyzeInForce(db) === 'full')
      applyAnalyze(db, options.analyze)
  } catch (error) {
    db.close()
    throw error
  }
  const prepare = statements(db, options.statementReuse)
  const lexical = lexicalSearcher(prepare, (work) => db.transaction(work)(), options)
  const filtered = filterer(db, prepare, options.statementReuse)
  const chunksLeft = (filter?: Filter | string) =>
    filtered(typeof filter === 'string' ? { collection: filter } : filter)
  const writer = documentWriter(db, prepare)
  let loaded: VectorRows | undefined
  const vectors = () => {
    loaded ??= new VectorRows(options.vectorScan, dims, prepare('allVectors').all() as { id: number; data: Buffer }[])
    return loaded
  }
  const collectionChunkIds = (collection: string) => prepare('collectionChunkIds').pluck().all(collection) as number[]

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
        if (vector) loaded?.add(id, vector)
      }
      if (staged) first.follow(added, chunks)
    }
  }
  const first = firstState({
    db,
    prepare,
    options,
    chunksLeft,
    write: (doc, chunks) => write([{ doc, chunks }], true),
    came: (chunkId, vector) => loaded?.add(chunkId, vector),
  })
  const follow = (removed: readonly number[]) => {
    lexical.forget()
    for (const id of removed) loaded?.remove(id)
    first.forget(removed)
  }

  return {
    ...first.state,
    upsertDoc: (doc, chunks) => write([{ doc, chunks }], false),
    upsertDocs: (batch) => write(batch, false),
    removeDoc(docId) {
      const removed = writer.remove(docId)
      follow(removed ?? [])
      return removed !== undefined
    },
    docHash: (docId) => prepare('docHash').pluck().get(docId) as string | undefined,
    docIds: () => prepare('docIds').pluck().all() as string[],
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
      const step = Math.max(1, Math.ceil(all.length / limit))
      const chunkIds = all.filter((_, i) => i % step === 0)
      const vectors = new Float32Array(chunkIds.length * dims)
      let at = 0
      for (const data of prepare('vectorsOf').pluck().iterate(JSON.stringify(chunkIds)) as Iterable<Buffer>)
        vectors.set(fromBlob(data), dims * at++)
      return { chunkIds, vectors }
    },
    chunkCount: () => prepare('chunkCount').pluck().get() as number,
    collectionChunkIds,
    vectorSearch: (query, k, filter) => vectors().search(query, k, chunksLeft(filter)),
    lexicalSearch: (text, limit, filter) => lexical.search(text, limit, chunksLeft(filter)),
    snippets: (text, chunkIds, options) => snippetsOf(prepare, text, chunkIds, options),
    hydrate: (chunkIds) => prepare('hydrate').all(JSON.stringify(chunkIds)) as HydratedChunk[],
    rowOfChunk: (chunkId) => vectors().row(chunkId),
    chunkOfRow: (row) => vectors().chunk(row),
    vectorBytes: () => loaded?.bytes ?? 0,
    postingsBytes: lexical.bytes,
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
        mmapMib: pragma('mmap_size') / 2 ** 20,
        cacheKib: -pragma('cache_size'),
        analyze: analyzeInForce(db),
        statementReuse: new Set([prepare('chunkCount'), prepare('chunkCount')]).size === 1,
        collectionIndex: hasCollectionIndex(db),
        ftsOrder: options.ftsOrder,
        ftsPostingsMib: options.ftsPostingsMib,
        ftsMaxDocShare: options.ftsMaxDocShare,
        vectorScan: options.vectorScan,
        journalMode: String(pragma('journal_mode')),
        synchronous: pragma('synchronous'),
        foreignKeys: pragma('foreign_keys') === 1,
        sqliteVersion: db.prepare('SELECT sqlite_version()').pluck().get() as string,
      }
    },
    checkpoint: () => void db.pragma('wal_checkpoint(TRUNCATE)'),
    close: () => void db.close(),
  }
}
