import { median, quantile } from '@tenfold/measure'
import { type Neighbours, openFlatIndex, recallOf } from '../../src/index.ts'
import { k } from './graphs.ts'
import { sqliteVec } from './peers.ts'
import { round, rows as table } from './table.ts'
import { dims } from './vectors.ts'

interface Engine {
  search(query: Float32Array, question: string): Neighbours | Promise<Neighbours>
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

/** Libraries a RAG system in Node is built with, over the same rows, one question at a time, in turn. */
export async function ragPeers(
  vectors: Float32Array,
  passages: string[],
  judged: Float32Array[],
  questions: string[],
  rounds: number,
): Promise<void> {
  const ours = openFlatIndex({ representation: 'int8', rescore: 40 }, vectors, dims)
  const exact = openFlatIndex({ representation: 'f32', rescore: k }, vectors, dims)
  const truth = judged.map((query) => exact.search(query, k))
  const vec = await sqliteVec(vectors, dims)
  const engines: Record<string, Engine> = {
    ours: { rows: vectors.length / dims, search: (query) => ours.search(query, k) },
    ...(vec && { 'sqlite-vec f32': { rows: vectors.length / dims, search: (query) => vec.search(query, k) } }),
    'Orama, vector search': await orama(vectors),
    'LangChain.js MemoryVectorStore': await langchain(vectors),
    MiniSearch: await minisearch(passages),
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
      ;(ms[name] ??= []).push(performance.now() - start)
      ;(found[name] ??= []).push(answer)
    }
  }
  vec?.close()
  const recall = (name: string) => {
    const answers = new Map(judged.slice(0, asked).map((query, i) => [query, found[name]![i]!]))
    return recallOf({ search: (query) => answers.get(query)! }, judged.slice(0, asked), truth, k)
  }
  const [own, p95] = [recall('ours'), quantile(ms.ours!, 0.95)]
  for (const [name, engine] of Object.entries(engines).slice(1)) {
    const theirs = engine.lexical ? undefined : recall(name)
    const ratio = quantile(ms[name]!, 0.95) / p95
    const compared = theirs
      ? `recall@10 ${round(theirs.mean)} there, ${round(own.mean)} here`
      : `words of the same questions over the text of the ${engine.rows} real passages: another kind of search over fewer rows, whose recall of neighbours means nothing`
    table.push({
      what: `${engine.rows} rows, p95 against ${name}`,
      goal: theirs ? '> 1 x at its recall' : '> 1 x',
      measured: round(ratio),
      interval: null,
      met: ratio > 1 && (theirs === undefined || own.mean >= theirs.mean),
      why: `p95 ${round(quantile(ms[name]!, 0.95))} and ${round(p95)} ms, medians ${round(median(ms[name]!))} and ${round(median(ms.ours!))}; here int8 codes + 40 rescored over ${vectors.length / dims} rows; ${compared}; ${asked} questions`,
    })
  }
  table.push({
    what: 'p95 against LanceDB',
    goal: null,
    measured: null,
    interval: null,
    met: null,
    why: `not available here: LanceDB 0.39 asks for Node 22, this is ${process.version}`,
  })
}
