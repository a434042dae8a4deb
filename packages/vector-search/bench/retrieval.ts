// This engine against memory bandwidth, plain JavaScript, sqlite-vec, usearch, LanceDB and what else a system in Node is built with: in one
// process, in turn, in coin order. `--short`: fewer rows and rounds. `--only graph,tuner`: some parts. Rows: passages and sentences of cppdocs
// from TENFOLD_BENCH_DATA, else from shared/data beside the workspace, embedded once and kept in .tenfold/bench/retrieval.
import { parseArgs } from 'node:util'
import { machine } from '@tenfold/measure'
import { cppdocs, glove } from './retrieval-parts/corpus.ts'
import { gate } from './retrieval-parts/gate.ts'
import { graphRow } from './retrieval-parts/graph-row.ts'
import { large } from './retrieval-parts/large.ts'
import { million } from './retrieval-parts/million.ts'
import { ragPeers } from './retrieval-parts/rag-peers.ts'
import { passagesAlone, scans } from './retrieval-parts/scans.ts'
import { splitRow } from './retrieval-parts/split-row.ts'
import { absent, rows } from './retrieval-parts/table.ts'
import { tunerRow } from './retrieval-parts/tuner-row.ts'
import { dims, realVectors, sampled, withCopies } from './retrieval-parts/vectors.ts'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { json: { type: 'boolean' }, short: { type: 'boolean', default: false }, only: { type: 'string' } },
})
const plan = values.short
  ? { rows: 20_000, large: 60_000, million: 100_000, tuned: 12_000, rounds: 6, block: 4, peers: 20 }
  : { rows: 100_000, large: 500_000, million: 1_000_000, tuned: 30_000, rounds: 40, block: 8, peers: 100 }
/** Of cppdocs; the rest chooses depths, and the judged ones are not among them. */
const questions = { all: 700, judged: 300 }
/** Exact search of a million rows for each question is the longest part. */
const askedOfMillion = 150

const parts = ['passages', 'scans', 'split', 'graph', 'peers', 'large', 'million', 'tuner', 'gate'] as const
const chosen = values.only?.split(',') ?? parts
const unknown = chosen.find((name) => !parts.some((part) => part === name))
if (unknown !== undefined) throw new Error(`no part ${unknown}: there are ${parts.join(', ')}`)
const wants = (...names: (typeof parts)[number][]) => names.some((name) => chosen.includes(name))

const texts = cppdocs(questions.all)
if (texts) {
  const real = await realVectors(texts)
  const judged = real.queries.slice(0, questions.judged)
  const tune = real.queries.slice(questions.judged)
  if (wants('passages')) passagesAlone(real.rows.subarray(0, texts.passages * dims), judged, tune)
  if (wants('scans', 'split', 'graph', 'peers')) {
    const sample = sampled(texts, real.rows, plan.rows)
    if (wants('scans')) await scans(sample, judged, tune, plan.rounds, plan.block)
    if (wants('split')) await splitRow(sample.vectors, dims, judged, plan.rounds, plan.block)
    if (wants('graph')) await graphRow(sample, judged, tune, plan.rounds)
    if (wants('peers')) await ragPeers(sample, judged, tune, texts.questions, plan.peers)
  }
  if (wants('large'))
    await large(await withCopies(real.rows, plan.large), judged, tune, plan.rounds / 4, plan.block / 2)
  if (wants('million'))
    await million(
      await withCopies(real.rows, plan.million),
      judged.slice(0, askedOfMillion),
      tune.slice(0, askedOfMillion),
    )
  if (wants('tuner')) {
    const words = glove()
    const asked = real.queries.slice(0, 400)
    const few = real.rows.subarray(0, 10_000 * dims)
    await tunerRow([
      { name: '10,000 passages', vectors: few, dims, queries: asked },
      { ...sampled(texts, real.rows, plan.tuned), dims, queries: asked },
      ...(words ? [{ name: '10,000 words of GloVe-100', ...words }] : []),
    ])
  }
} else absent('all but the gate', 'see README', 'not available here: cppdocs; set TENFOLD_BENCH_DATA to its folder')
if (wants('gate')) gate()
if (!values.json) console.table(rows)
console.log(JSON.stringify({ bench: 'retrieval', rows, machine: machine() }))
