import { median, quantile } from '@tenfold/measure'
import { type Neighbours, openFlatIndex, recallOf } from '../../src/index.ts'
import { k } from './graphs.ts'
import { openLance } from './lancedb.ts'
import { sqliteVec } from './peers.ts'
import { round, rows as table } from './table.ts'
import { dims, fileOf, type Sample } from './vectors.ts'

interface Engine {
  /** `ms`: its own time, where asking it takes time that is not its own. */
  search(query: Float32Array, question: string): (Neighbours & { ms?: number }) | Promise<Neighbours & { ms?: number }>
  /** Lexical engines see the words of the question, not its vector. */
  lexical?: boolean
  rows: number
}

const rowAt = (vectors: Float32Array, row: number) => vectors.subarray(row * dims, (row + 1) * dims)

async function orama(vectors: Float32Array): Promise<Engine> {
  const { create, insertMultiple, search } = await import('@orama/orama')
  const db = create({ schema: { vector: `vector[${dims}]` } as const })
  const rows = vectors.length / dims
  const batch = 5000
  for (let at = 0; at < rows; at += batch) {
    const documents = Array.from({ length: Math.min(batch, rows - at) }, (_, i) => ({
      id: String(at + i),
      vector: [...rowAt(vectors, at + i)],
    }))
    await insertMultiple(db, documents, batch)
  }
  return {
    rows,
    async search(query) {
      const vector = { value: [...query], property: 'vector' }
      const { hits } = await search(db, { mode: 'vector', vector, similarity: -1, limit: k })
      return {
        rows: Uint32Array.from(hits, ({ id }) => Number(id)),
        scores: Float32Array.from(hits, ({ score }) => score),
      }
    },
  }
}

async function langchain(vectors: Float32Array): Promise<Engine> {
  const { MemoryVectorStore } = await import('@langchain/classic/vectorstores/memory')
  const { FakeEmbeddings } = await import('@langchain/core/utils/testing')
  const { Document } = await import('@langchain/core/documents')
  const store = new MemoryVectorStore(new FakeEmbeddings())
  const rows = vectors.length / dims
  const all = Array.from({ length: rows }, (_, row) => [...rowAt(vectors, row)])
  await store.addVectors(
    all,
    all.map((_, row) => new Document({ pageContent: '', metadata: { row } })),
  )
  return {
    rows,
    async search(query) {
      const hits = await store.similaritySearchVectorWithScore([...query], k)
      return {
        rows: Uint32Array.from(hits, ([{ metadata }]) => metadata.row as number),
        scores: Float32Array.from(hits, ([, score]) => score),
      }
    },
  }
}

async function minisearch(texts: string[]): Promise<Engine> {
  const { default: MiniSearch } = await import('minisearch')
  const index = new MiniSearch({ fields: ['text'] })
  index.addAll(texts.map((text, id) => ({ id, text })))
  return {
    lexical: true,
    rows: texts.length,
    search(_, question) {
      const hits = index.search(question).slice(0, k)
      return {
        rows: Uint32Array.from(hits, ({ id }) => id as number),
        scores: Float32Array.from(hits, ({ score }) => score),
      }
    },
  }
}

/** As it comes, and with its graph asked for enough to find what int8 codes find. */
async function lancedb(vectors: Float32Array): Promise<{ engines: Record<string, Engine>; close(): void }> {
  const file = await fileOf(`sample-${vectors.length / dims}`, () => vectors)
  const rows = vectors.length / dims
  const flat = await openLance(file, 'flat')
  const graph = await openLance(file, 'graph')
  return {
    engines: {
      'LanceDB, no index': { rows, search: (query) => flat.search(query, k) },
      'LanceDB, graph as it comes': { rows, search: (query) => graph.search(query, k) },
      'LanceDB, graph with ef 200 and three times as many rescored': {
        rows,
        search: (query) => graph.search(query, k, 200),
      },
    },
    close() {
      flat.close()
      graph.close()
    },
  }
}

/** Libraries a RAG system in Node is built with, over the same rows, one question at a time, in turn. */
export async function ragPeers(
  { name: rowsAre, vectors, texts }: Sample,
  judged: Float32Array[],
  questions: string[],
  rounds: number,
): Promise<void> {
  const rows = vectors.length / dims
  const exact = openFlatIndex({ representation: 'f32', rescore: k }, vectors, dims)
  const int8 = openFlatIndex({ representation: 'int8', rescore: 40 }, vectors, dims)
  const truth = judged.map((query) => exact.search(query, k))
  const vec = await sqliteVec(vectors, dims)
  process.stderr.write('filling the peers\n')
  const lance = await lancedb(vectors)
  const engines: Record<string, Engine> = {
    ours: { rows, search: (query) => int8.search(query, k) },
    ...(vec && { 'sqlite-vec f32': { rows, search: (query) => vec.search(query, k) } }),
    ...lance.engines,
    'Orama, vector search': await orama(vectors),
    'LangChain.js MemoryVectorStore': await langchain(vectors),
    MiniSearch: await minisearch(texts),
  }
  const ms: Record<string, number[]> = {}
  const found: Record<string, Neighbours[]> = {}
  const asked = Math.min(rounds, judged.length)
  for (let i = -2; i < asked; i++) {
    // by turns, and each question by all: the order moves on by one
    const names = Object.keys(engines)
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + i + names.length) % names.length]!
      const start = performance.now()
      const answer = await engines[name]!.search(judged[Math.max(0, i)]!, questions[Math.max(0, i)]!)
      if (i < 0) continue
      ;(ms[name] ??= []).push(answer.ms ?? performance.now() - start)
      ;(found[name] ??= []).push(answer)
    }
  }
  vec?.close()
  lance.close()
  // some give scores of their codes: what they found is scored as it is here
  const scored = ({ rows }: Neighbours, query: Float32Array) => exact.search(query, k, rows)
  const recall = (name: string) => {
    const answers = new Map(judged.slice(0, asked).map((query, i) => [query, scored(found[name]![i]!, query)]))
    return recallOf({ search: (query) => answers.get(query)! }, judged.slice(0, asked), truth, k)
  }
  const [own, p95] = [recall('ours'), quantile(ms.ours!, 0.95)]
  for (const [name, engine] of Object.entries(engines).slice(1)) {
    const theirs = engine.lexical ? undefined : recall(name)
    const ratio = quantile(ms[name]!, 0.95) / p95
    const compared = theirs
      ? `recall@10 ${round(theirs.mean)} there, ${round(own.mean)} here`
      : `words of the same questions over the text of the same rows: another kind of search, whose recall of neighbours means nothing`
    table.push({
      what: `${engine.rows} rows, p95 against ${name}`,
      goal: theirs ? '> 1 x at its recall' : '> 1 x',
      measured: round(ratio),
      interval: null,
      met: ratio > 1 && (theirs === undefined || own.mean >= theirs.mean),
      why: `p95 ${round(quantile(ms[name]!, 0.95))} and ${round(p95)} ms, medians ${round(median(ms[name]!))} and ${round(median(ms.ours!))}; here int8 codes + 40 rescored; ${compared}; ${asked} questions; ${rowsAre}`,
    })
  }
}
