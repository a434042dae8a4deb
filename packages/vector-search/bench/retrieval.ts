// Scans of this engine against memory bandwidth, plain JavaScript, sqlite-vec and usearch, in one process, in turn, in coin order.
// `--short`: fewer rows and rounds. `--only graph,tuner`: some parts. Vectors: passages of cppdocs from TENFOLD_BENCH_DATA, else from shared/data beside the workspace,
// embedded once and kept in .tenfold/bench/retrieval; what goes beyond them are perturbed copies.
import { parseArgs } from 'node:util'
import { machine, median, seededRandom, shuffled } from '@tenfold/measure'
import { fitRescore, type Neighbours, openFlatIndex, type RescoreFit, recallOf } from '../src/index.ts'
import { enginesOf } from '../src/kernels/engine.ts'
import { graphRow } from './retrieval-parts/graph-row.ts'
import { million } from './retrieval-parts/million.ts'
import { type Peer, reader, sqliteVec, usearch } from './retrieval-parts/peers.ts'
import { race } from './retrieval-parts/race.ts'
import { ragPeers } from './retrieval-parts/rag-peers.ts'
import { absent, ratio, round, rows } from './retrieval-parts/table.ts'
import { tunerRow } from './retrieval-parts/tuner-row.ts'
import { dims, glove, keptBlends, perturbedCopies, realTexts, realVectors } from './retrieval-parts/vectors.ts'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { json: { type: 'boolean' }, short: { type: 'boolean', default: false }, only: { type: 'string' } },
})

const plan = values.short
  ? {
      passages: 10_000,
      questions: 700,
      rows: 20_000,
      large: 40_000,
      million: 60_000,
      rounds: 6,
      block: 4,
      judged: 300,
      tuned: 12_000,
    }
  : {
      passages: 10_000,
      questions: 700,
      rows: 100_000,
      large: 500_000,
      million: 1_000_000,
      rounds: 20,
      block: 8,
      judged: 300,
      tuned: 30_000,
    }
const k = 10
const parts = ['unmixed', 'scans', 'graph', 'peers', 'large', 'million', 'tuner', 'gate'] as const
const chosen = values.only?.split(',') ?? parts
const unknown = chosen.find((name) => !parts.some((part) => part === name))
if (unknown !== undefined) throw new Error(`no part ${unknown}: there are ${parts.join(', ')}`)
const wants = (...names: (typeof parts)[number][]) => names.some((name) => chosen.includes(name))
const tell = (line: string) => process.stderr.write(`${line}\n`)

const real = await realVectors(plan.passages, plan.questions)
if (real) {
  const judged = real.queries.slice(0, plan.judged)
  const tune = real.queries.slice(plan.judged)
  const copies = `${plan.passages} real passages, the rest perturbed copies`
  const first = (count: number) => perturbedCopies(real.docs, count)
  if (wants('unmixed')) unmixed(real.docs, judged, tune)
  if (wants('scans', 'graph', 'peers')) {
    const vectors = await first(plan.rows)
    if (wants('scans')) await scans(vectors, judged, tune, copies)
    if (wants('graph')) await graphRow(plan.rows, vectors, judged, tune, 3 * plan.rounds)
    if (wants('peers')) {
      const texts = realTexts(plan.passages, plan.questions)!
      await ragPeers(vectors, texts.passages(), judged, texts.questions(), 3 * plan.rounds)
    }
  }
  if (wants('large')) await large(await first(plan.large), judged, tune, copies)
  if (wants('million')) {
    // exact search of a million rows for each question is the longest part
    const few = 150
    await million(await keptBlends(real.docs, plan.million), judged.slice(0, few), tune.slice(0, few))
  }
  if (wants('tuner')) {
    const words = glove()
    const asked = real.queries.slice(0, 400)
    await tunerRow([
      { name: `${plan.passages} real passages`, vectors: real.docs, dims, queries: asked },
      { name: `${plan.tuned} rows (${copies})`, vectors: await first(plan.tuned), dims, queries: asked },
      ...(words ? [{ name: '10,000 words of GloVe-100', ...words }] : []),
    ])
  }
} else
  absent('scans of 100,000 vectors', 'see README', 'not available here: cppdocs; set TENFOLD_BENCH_DATA to its folder')
if (wants('gate')) gate()
if (!values.json) console.table(rows)
console.log(JSON.stringify({ bench: 'retrieval', rows, machine: machine() }))

function told(fit: RescoreFit): string {
  const last = fit.tried.findLast(
    ({ representation, rescore }) => representation === fit.representation && rescore === fit.rescore,
  )
  return `${fit.representation}, ${fit.rescore} rescored, lower bound ${round(last?.recall.lowerBound ?? 1)} on ${plan.questions - plan.judged} tune questions`
}

/** Engines with f32, int8 and bits over the same rows, the depth of bits fitted on the tune questions. */
function ours(vectors: Float32Array, tune: Float32Array[], representations: readonly ('f32' | 'int8' | 'bit')[]) {
  const fit = fitRescore(vectors, dims, tune, { k, recall: 0.995, deepest: 1000 })
  tell(`fitted: ${told(fit)}`)
  const rescore = fit.representation === 'bit' ? fit.rescore : 1000
  const depth = { f32: k, int8: 40, bit: rescore }
  const open = (representation: keyof typeof depth) =>
    openFlatIndex({ representation, rescore: depth[representation] }, vectors, dims)
  return { fit, rescore, indexes: representations.map((each) => [each, open(each)] as const) }
}

/** Real passages alone, whose neighbours are what neighbours are like: copies lie closer to one another than passages do. */
function unmixed(vectors: Float32Array, judged: Float32Array[], tune: Float32Array[]): void {
  const { fit, rescore, indexes } = ours(vectors, tune, ['f32', 'bit'])
  const [exact, bit] = indexes.map(([, index]) => index) as [Index, Index]
  const truth = judged.map((query) => exact.search(query, k))
  const recall = recallOf(bit, judged, truth, k)
  rows.push({
    what: `${plan.passages} real passages alone: bits + ${rescore} rescored, recall@10`,
    goal: '≥ 0.995',
    measured: round(recall.mean),
    interval: [round(recall.lowerBound), 1],
    met: recall.mean >= 0.995,
    why: `fitted: ${told(fit)}; ${judged.length} other questions`,
  })
}

async function scans(
  vectors: Float32Array,
  judged: Float32Array[],
  tune: Float32Array[],
  copies: string,
): Promise<void> {
  const { fit, rescore, indexes } = ours(vectors, tune, ['f32', 'int8', 'bit'])
  const [f32, int8, bit] = indexes.map(([, index]) => index) as [Index, Index, Index]
  const plain = openFlatIndex({ representation: 'f32', rescore: k }, vectors, dims, enginesOf().at(-1))
  tell('building the peers')
  const vec = await sqliteVec(vectors, dims)
  const u = await usearch(vectors, dims)
  const read = reader(vectors.byteLength)
  const search = (index: Pick<Index, 'search'> | Peer) => (query: Float32Array) => index.search(query, k)
  const times = race(
    {
      read,
      f32: search(f32),
      int8: search(int8),
      bit: search(bit),
      'plain JavaScript': search(plain),
      ...(vec && { 'sqlite-vec': search(vec) }),
      ...(u && { 'usearch exact': search(u.exact), 'usearch HNSW': search(u.graph) }),
    },
    judged,
    plan.rounds,
    plan.block,
  )
  for (const [name, ms] of Object.entries(times)) tell(`${name}: ${round(median(ms))} ms`)
  const truth = judged.map((query) => plain.search(query, k))
  const recall = (index: Pick<Index, 'search'>) => recallOf(index, judged, truth, k)
  const found = { f32: recall(f32), int8: recall(int8), bit: recall(bit), ...(u && { hnsw: recall(u.graph) }) }
  const n = `${plan.rows} x ${dims} (${copies}), ${plan.rounds} rounds of ${plan.block} questions, ${f32.engine}, pages of ${f32.hugePages ? '2 MiB' : '4 KiB'}`
  const seen = (name: keyof typeof found) =>
    `recall@10 ${round(found[name]!.mean)}, lower bound ${round(found[name]!.lowerBound)}, ${judged.length} other questions`

  const gigabytes = (name: string) => round(vectors.byteLength / median(times[name]!) / 1e6)
  ratio(
    'f32 scan: share of the read bandwidth',
    0.65,
    times,
    ['read', 'f32'],
    `${gigabytes('read')} GB/s read, ${gigabytes('f32')} GB/s scanned; ${n}`,
    'of it',
  )
  ratio('f32 scan against sqlite-vec f32', 3, times, ['sqlite-vec', 'f32'], `${seen('f32')}; ${n}`)
  ratio('f32 scan against plain JavaScript with four sums', 2.5, times, ['plain JavaScript', 'f32'], n)
  ratio('f32 scan against usearch exact', null, times, ['usearch exact', 'f32'], `the best native scan; ${n}`)
  ratio('int8 + 40 rescored against sqlite-vec f32', 8, times, ['sqlite-vec', 'int8'], `${seen('int8')}; ${n}`)
  ratio('int8 + 40 rescored against own f32', 3, times, ['f32', 'int8'], n)
  rows.push({
    what: 'int8 + 40 rescored, recall@10',
    goal: '1.0',
    measured: round(found.int8.mean),
    interval: [round(found.int8.lowerBound), 1],
    met: found.int8.mean === 1,
    why: n,
  })
  ratio(`bits + ${rescore} rescored against sqlite-vec f32`, 60, times, ['sqlite-vec', 'bit'], `${seen('bit')}; ${n}`)
  rows.push({
    what: `bits + ${rescore} rescored, recall@10`,
    goal: '≥ 0.995',
    measured: round(found.bit.mean),
    interval: [round(found.bit.lowerBound), 1],
    met: found.bit.mean >= 0.995,
    why: `fitted: ${told(fit)}; ${n}`,
  })
  const code = bit.bytes - f32.bytes
  rows.push({
    what: 'codes of bits: share of the bytes of f32',
    goal: '1/32',
    measured: round(code / f32.bytes),
    interval: null,
    met: code * 32 <= f32.bytes,
    why: `${code} of ${f32.bytes} bytes`,
  })
  if (u)
    ratio(
      `bits + ${rescore} rescored against usearch HNSW f32, defaults`,
      null,
      times,
      ['usearch HNSW', 'bit'],
      `${seen('bit')}, of HNSW ${round(found.hnsw!.mean)}`,
    )
  filters(bit, plain, u?.graph, judged)
  vec?.close()
}
type Index = ReturnType<typeof openFlatIndex>

/** A tenth, a hundredth and a thousandth of the rows, against a graph that fetches twice what the filter should leave. */
function filters(ours: Index, plain: Index, graph: Peer | undefined, judged: Float32Array[]): void {
  for (const share of [0.1, 0.01, 0.001]) {
    const chosen = shuffled(
      Array.from({ length: plan.rows }, (_, i) => i),
      seededRandom(5),
    ).slice(0, plan.rows * share)
    const filter = Uint32Array.from(chosen).sort()
    const allowed = new Set(filter)
    const overFetch = (query: Float32Array): Neighbours => {
      const found = graph!.search(query, Math.min(plan.rows, (2 * k) / share))
      const kept = [...found.rows.keys()].filter((i) => allowed.has(found.rows[i]!)).slice(0, k)
      return {
        rows: Uint32Array.from(kept, (i) => found.rows[i]!),
        scores: Float32Array.from(kept, (i) => found.scores[i]!),
      }
    }
    const engines = {
      bit: (query: Float32Array) => ours.search(query, k, filter),
      ...(graph && { 'usearch over-fetch': overFetch }),
    }
    const times = race(engines, judged, plan.rounds, plan.block)
    const truth = judged.map((query) => plain.search(query, k, filter))
    const recall = recallOf({ search: engines.bit }, judged, truth, k)
    const counts = judged.map((query) => engines.bit(query).rows.length)
    const whole = counts.every((count) => count === Math.min(k, filter.length))
    const wanted = share >= 0.1 ? 0.99 : 1
    const theirs = graph && recallOf({ search: overFetch }, judged, truth, k)
    const name = `filter of ${100 * share} %`
    rows.push({
      what: `${name}: recall@10, rows = min(k, matches)`,
      goal: share >= 0.1 ? '≥ 0.99' : '1',
      measured: round(recall.mean),
      interval: [round(recall.lowerBound), 1],
      met: whole && recall.mean >= wanted,
      why: `${Math.min(...counts)} rows at least; over-fetch finds ${theirs ? round(theirs.mean) : 'not measured'}`,
    })
    ratio(
      `${name} against usearch over-fetch`,
      share === 0.01 ? 7 : null,
      times,
      ['usearch over-fetch', 'bit'],
      `recall there ${theirs ? round(theirs.mean) : 'not measured'}, here ${round(recall.mean)}`,
    )
  }
}

async function large(
  vectors: Float32Array,
  judged: Float32Array[],
  tune: Float32Array[],
  copies: string,
): Promise<void> {
  const { fit, rescore, indexes } = ours(vectors, tune, ['bit'])
  const [[, bit]] = indexes as [readonly ['bit', Index]]
  const vec = await sqliteVec(vectors, dims)
  const times = race(
    { bit: (query) => bit.search(query, k), ...(vec && { 'sqlite-vec': (query) => vec.search(query, k) }) },
    judged,
    Math.ceil(plan.rounds / 3),
    Math.ceil(plan.block / 2),
    1,
  )
  const exact = openFlatIndex({ representation: 'f32', rescore: k }, vectors, dims)
  const recall = recallOf(
    bit,
    judged,
    judged.map((query) => exact.search(query, k)),
    k,
  )
  const why = `recall@10 ${round(recall.mean)}, lower bound ${round(recall.lowerBound)}, ${judged.length} questions; ${told(fit)}; ${plan.large} x ${dims} (${copies})`
  ratio(`${plan.large} rows: bits + ${rescore} rescored against sqlite-vec f32`, 40, times, ['sqlite-vec', 'bit'], why)
  vec?.close()
}

/** Words in 100 dimensions: a bit a dimension is too little there. */
function gate(): void {
  const what = 'GloVe-100, 10,000 words: the gate refuses bits at recall 0.99'
  const data = glove()
  if (!data) {
    absent(what, 'int8', 'not available here: glove100-10k')
    return
  }
  const fit = fitRescore(data.vectors, data.dims, data.queries, { k, recall: 0.99, deepest: 400 })
  const bits = fit.tried.find(({ representation }) => representation === 'bit')!
  rows.push({
    what,
    goal: 'int8',
    measured: round(bits.recall.mean),
    interval: [round(bits.recall.lowerBound), 1],
    met: fit.representation === 'int8',
    why: `recall@10 of bits with ${bits.rescore} rescored; taken: ${fit.representation} with ${fit.rescore}; ${data.queries.length} words`,
  })
}
