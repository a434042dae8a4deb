// BM25 of natural questions, hybrid search and filters on metadata. `--json` prints the last line only; `--short`: fewer rounds, and only the
// smaller corpora. Data: scifact, cacm and cppdocs in TENFOLD_BENCH_DATA, else in shared/data beside the workspace; vectors are made once and
// kept in .tenfold/bench/lexical (cppdocs takes minutes).
import { parseArgs } from 'node:util'
import { machine } from '@tenfold/measure'
import { openCorpus } from './lexical-parts/corpus.ts'
import { filterRows } from './lexical-parts/filters.ts'
import { hybridRows } from './lexical-parts/hybrid.ts'
import { absent, type Row } from './lexical-parts/row.ts'
import { wordRows } from './lexical-parts/words.ts'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { json: { type: 'boolean', default: false }, short: { type: 'boolean', default: false } },
})

const plan = values.short
  ? { words: ['scifact'], rounds: 40, hybrid: ['scifact', 'cacm'], filters: 'scifact', filterQuestions: 40 }
  : {
      words: ['scifact', 'cppdocs'],
      rounds: 100,
      hybrid: ['scifact', 'cacm', 'cppdocs'],
      filters: 'cppdocs',
      filterQuestions: 100,
    }
const rows: Row[] = []
/** Told as they come. */
const take = (some: Row[]) => {
  for (const { what, measured } of some) process.stderr.write(`${what}: ${measured ?? 'not measured'}\n`)
  rows.push(...some)
}

const names = [...new Set([...plan.words, ...plan.hybrid, plan.filters])]
for (const name of names) {
  const needsVectors = plan.hybrid.includes(name) || plan.filters === name
  const corpus = await openCorpus(name, needsVectors)
  if (!corpus) {
    take([absent(`${name}: all rows`, 'see README', 'not available here; set TENFOLD_BENCH_DATA to its folder')])
    continue
  }
  if (plan.words.includes(name)) take(wordRows(corpus, plan.rounds))
  if (plan.hybrid.includes(name)) take(hybridRows(corpus, name === 'scifact'))
  if (plan.filters === name) take(filterRows(corpus, plan.filterQuestions))
  corpus.close()
}
if (!values.json) console.table(rows.map(({ why, ...row }) => row))
console.log(JSON.stringify({ bench: 'lexical', rows, machine: machine() }))
