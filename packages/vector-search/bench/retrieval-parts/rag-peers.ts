import { median, quantile } from '@tenfold/measure'
import { type Depth, type Neighbours, openFlatIndex, openGraphIndex, openRowFile, recallOf } from '../../src/index.ts'
import { k, keptGraph } from './graphs.ts'
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

/** As the ladder of a store has them: a scan of codes, and a graph from a file as it was fitted and asked for more. */
async function own(vectors: Float32Array, tune: Float32Array[]): Promise<Record<string, Engine>> {
  const rows = vectors.length / dims
  const int8 = openFlatIndex({ representation: 'int8', rescore: 40 }, vectors, dims)
  const { folder, manifest, rowsFile } = await keptGraph(`sample-${rows}`, vectors, tune)
  const { read } = openRowFile(rowsFile, dims)
  const graph = await openGraphIndex(folder, { model: manifest.model, dims, read })
  const { ef, rescore } = manifest
  const at = (depth: Depth): Engine => ({
    rows,
    search(query) {
      graph.depth = depth
      return graph.search(query, k)
    },
  })
  return {
    'int8 codes + 40 rescored': { rows, search: (query) => int8.search(query, k) },
    [`int8 graph, ef ${ef} + ${rescore}`]: at({ ef, rescore }),
    [`int8 graph, ef ${3 * ef} + ${3 * rescore}`]: at({ ef: 3 * ef, rescore: 3 * rescore }),
  }
}

/** Libraries a RAG system in Node is built with, over the same rows, one question at a time, in turn. */
export async function ragPeers(
  { name: rowsAre, vectors, texts }: Sample,
  judged: Float32Array[],
  tune: Float32Array[],
  questions: string[],
  rounds: number,
): Promise<void> {
  const rows = vectors.length / dims
  const exact = openFlatIndex({ representation: 'f32', rescore: k }, vectors, dims)
  const truth = judged.map((query) => exact.search(query, k))
  process.stderr.write('filling the peers\n')
  const vec = await sqliteVec(vectors, dims)
  const lance = await lancedb(vectors)
  const ours = await own(vectors, tune)
  const peers: Record<string, Engine> = {
    ...(vec && { 'sqlite-vec f32': { rows, search: (query) => vec.search(query, k) } }),
    ...lance.engines,
    'Orama, vector search': await orama(vectors),
    'LangChain.js MemoryVectorStore': await langchain(vectors),
    MiniSearch: await minisearch(texts),
  }
  const engines = { ...ours, ...peers }
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
    return recallOf({ search: (query) => answers.get(query)! }, judged.slice(0, asked), truth, k).mean
  }
  const p95 = (name: string) => quantile(ms[name]!, 0.95)
  const told = (name: string) => `p95 ${round(p95(name))}, median ${round(median(ms[name]!))} ms`
  const recalls = new Map(Object.keys(engines).map((name) => [name, recall(name)]))
  for (const [name, { lexical }] of Object.entries(peers)) {
    const theirs = lexical ? 1 : recalls.get(name)!
    const [best] = Object.keys(ours)
      .filter((each) => recalls.get(each)! >= theirs)
      .toSorted((a, b) => p95(a) - p95(b))
    const compared = lexical
      ? 'words of the same questions over the text of the same rows: another kind of search, whose recall of neighbours means nothing'
      : `recall@10 ${round(theirs)}`
    const ratio = best ? p95(name) / p95(best) : null
    table.push({
      what: `${rows} rows, p95 against ${name}`,
      goal: lexical ? '> 1 x' : '> 1 x at its recall',
      measured: ratio && round(ratio),
      interval: null,
      met: ratio !== null && ratio > 1,
      why: `there ${told(name)}, ${compared}; here ${best ? `${best}: ${told(best)}, recall@10 ${round(recalls.get(best)!)}, the quickest of ${Object.keys(ours).length} that find as much` : 'none finds as much'}; ${asked} questions; ${rowsAre}`,
    })
  }
}
