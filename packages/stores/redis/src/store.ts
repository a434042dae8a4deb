import {
  type Config,
  type HydratedChunk,
  type Patch,
  PipelineError,
  type Store,
  type StoreOpenOptions,
} from '@tenfold/contracts'
import { checkVector } from '@tenfold/store-kit'
import type { Link } from './link.ts'
import { openHome } from './namespace.ts'
import { nearSearch } from './near.ts'
import { fromBytes, writeOf } from './rows.ts'
import { hasVectorSets, type Quantisation } from './vector-set.ts'
import { hasSearchModule, scriptWords, searchModuleWords } from './words.ts'

const quantTypes: Record<string, Quantisation> = { int8: 'Q8', bin: 'BIN', f32: 'NOQUANT' }

/** A store over a connected link, which it closes. Throws INDEX_MISMATCH. */
export async function openStore(link: Link, options: StoreOpenOptions): Promise<Store> {
  const { config, identity } = options
  const { dims } = identity
  const home = await openHome(link, options)
  const vectorsIn = config['db.redisVectors'] === 'set' && (await hasVectorSets(link)) ? 'set' : 'process'
  const wordsBy = config['db.redisWords'] === 'search' && (await hasSearchModule(link)) ? 'search' : 'script'
  const scan = { representation: scannedHere(config['db.vectors'], vectorsIn), rescore: config['db.rescore'] }
  const set = { quantisation: config['db.redisQuantisation'], ef: config['db.redisEf'] }

  const openParts = async () => {
    const near = nearSearch(link, home.prefix, { dims, scan, set: vectorsIn === 'set' ? set : undefined })
    await near.open()
    const openWords = wordsBy === 'search' ? searchModuleWords : scriptWords
    return { near, words: await openWords(link, home.prefix, config['db.ftsMaxDocShare']) }
  }
  let parts = await openParts()
  const key = (name: string) => home.prefix + name
  const chunkKey = (id: number) => key(`x:${id}`)
  const beforeWrite = async () => {
    if (await home.own()) parts = await openParts()
  }

  return {
    async upsertDocs(batch) {
      for (const { doc, chunks } of batch)
        for (const { vector } of chunks) checkVector(vector, dims, `document ${doc.id}`)
      if (batch.length === 0) return
      await beforeWrite()
      await link.run('upsert', home.prefix, writeOf(batch))
    },
    async removeDoc(docId) {
      if (!(await link.call('EXISTS', key(`d:${docId}`)))) return false
      await beforeWrite()
      return (await link.run('remove', home.prefix, [docId])) === 1
    },
    docHash: async (docId) => (await link.call<string | null>('HGET', key(`d:${docId}`), 'hash')) ?? undefined,
    docIds: async () => (await link.call<string[]>('SMEMBERS', key('docs'))).sort(),
    async vectorsByHash(hashes) {
      const ids = await link.many<string | null>(hashes.map((hash) => ['SRANDMEMBER', key(`h:${hash}`)]))
      const known = hashes.flatMap((hash, i) => (ids[i] ? [{ hash, id: ids[i] }] : []))
      const vectors = await link.bytes(known.map(({ id }) => ['HGET', key(`x:${id}`), 'vector']))
      return new Map(known.flatMap(({ hash }, i) => (vectors[i] ? [[hash, fromBytes(vectors[i])] as const] : [])))
    },
    async sampleVectors(limit) {
      const all = await link.call<string[]>('ZRANGE', key('chunks'), '0', '-1')
      const step = Math.max(1, Math.ceil(all.length / limit))
      const asked = all.filter((_, i) => i % step === 0).map(Number)
      const stored = await link.bytes(asked.map((id) => ['HGET', chunkKey(id), 'vector']))
      const there = asked.flatMap((id, i) => (stored[i] ? [{ id, vector: fromBytes(stored[i]) }] : []))
      const vectors = new Float32Array(there.length * dims)
      for (const [row, { vector }] of there.entries()) vectors.set(vector, row * dims)
      return { chunkIds: there.map(({ id }) => id), vectors }
    },
    chunkCount: () => link.call<number>('ZCARD', key('chunks')),
    vectorSearch: async (query, k, filter = {}) => parts.near.search(query, k, filter),
    exactSearch: async (query, k, filter = {}) => parts.near.exact(query, k, filter),
    lexicalSearch: async (text, limit, filter = {}) => parts.words.search(text, limit, filter),
    async hydrate(chunkIds) {
      const fields = chunkIds.map((id) => ['HMGET', chunkKey(id), 'doc', 'title', 'text'])
      const rows = await link.many<(string | null)[]>(fields)
      return rows.flatMap(([docId, title, text], i): HydratedChunk[] =>
        docId == null ? [] : [{ chunkId: chunkIds[i]!, docId, title: title ?? '', text: text ?? '' }],
      )
    },
    // a script is done when it answers: nothing is outstanding
    refresh() {},
    vectorBytes: () => parts.near.bytes(),
    async plans() {
      const { open, busy, waiting } = link.connections()
      return {
        vectorSearch: await parts.near.plan(),
        lexicalSearch: await parts.words.plan(),
        connections: [`${open} open, ${busy} busy, ${waiting} calls waiting`],
      }
    },
    async readBack(): Promise<Patch> {
      const inForce = await parts.near.quantisation()
      const ofSet = { 'db.redisQuantisation': quantTypes[inForce ?? ''] ?? set.quantisation, 'db.redisEf': set.ef }
      return {
        'db.redisVectors': vectorsIn,
        'db.redisWords': wordsBy,
        'db.ftsMaxDocShare': config['db.ftsMaxDocShare'],
        'db.rescore': scan.rescore,
        ...(vectorsIn === 'set' ? ofSet : { 'db.vectors': scan.representation }),
        'db.redisPoolSize': config['db.redisPoolSize'],
        'db.redisPipeline': config['db.redisPipeline'],
      }
    },
    close: () => link.close(),
  }
}

function scannedHere(wanted: Config['db.vectors'], vectorsIn: 'set' | 'process') {
  if (wanted !== 'graph') return wanted
  if (vectorsIn === 'set') return 'f32'
  const hint = 'set db.redisVectors to set, which is a graph in the server, or db.vectors to f32, int8 or bit'
  throw new PipelineError('CONFIG_OUT_OF_RANGE', 'db.vectors is graph, and the Redis store keeps no graph here', hint)
}
