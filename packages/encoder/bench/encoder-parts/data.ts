import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

const root = path.resolve(import.meta.dirname, '../../../..')
const folder = process.env.TENFOLD_BENCH_DATA ?? path.join(root, '..', 'shared', 'data')

interface Line {
  _id: string
  title?: string
  text: string
}

export interface BenchData {
  /** Titles and abstracts of scifact; those that answer a claim first, so that a part of them can be judged too. */
  docs: { id: string; text: string }[]
  /** Titles and questions in turn: a few words each. */
  short: string[]
  /** Claims with the grades of documents. */
  judged: { text: string; relevant: Record<string, number> }[]
}

const read = (...names: string[]) =>
  gunzipSync(readFileSync(path.join(folder, ...names)))
    .toString()
    .trim()
    .split('\n')
const lines = (...names: string[]) => read(...names).map((line) => JSON.parse(line) as Line)

/** scifact and nq-open (BEIR form, gzip) from TENFOLD_BENCH_DATA, else from shared/data beside the workspace; undefined where there is neither. */
export function openBenchData(): BenchData | undefined {
  if (!existsSync(path.join(folder, 'scifact')) || !existsSync(path.join(folder, 'nq-open'))) return undefined
  const corpus = lines('scifact', 'corpus.jsonl.gz')
  const questions = lines('nq-open', 'queries.jsonl.gz')
  const claims = new Map(lines('scifact', 'queries.jsonl.gz').map(({ _id, text }) => [_id, text]))
  const relevant = new Map<string, Record<string, number>>()
  for (const line of read('scifact', 'qrels-test.tsv.gz').slice(1)) {
    const [query, doc, grade] = line.split('\t') as [string, string, string]
    relevant.set(query, { ...relevant.get(query), [doc]: Number(grade) })
  }
  const answers = new Set([...relevant.values()].flatMap((grades) => Object.keys(grades)))
  const docs = corpus.map(({ _id, title, text }) => ({ id: _id, text: `${title} ${text}` }))
  return {
    docs: [...docs.filter(({ id }) => answers.has(id)), ...docs.filter(({ id }) => !answers.has(id))],
    short: questions.flatMap(({ text }, i) => [corpus[i]!.title!, text]),
    judged: [...relevant].map(([query, grades]) => ({ text: claims.get(query)!, relevant: grades })),
  }
}
