// Speed and quality of the static encoder and of an ingest in two speeds, on this machine. `--json` prints the last line only. Data of the
// quality rows: the folders scifact and cppdocs in TENFOLD_BENCH_DATA, or in shared/data beside the workspace; without them those rows say so.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { chunk, openDataset } from '@tenfold/dataset'
import { openEncoder } from '@tenfold/encoder'
import { machine } from '@tenfold/measure'
import { ensureModel } from '@tenfold/models'
import { distill, openStaticEncoder, readVocabulary } from '../src/index.ts'
import { openCorpus } from './two-speed-parts/corpus.ts'
import { firstSearchRows } from './two-speed-parts/first-search.ts'
import { qualityRows } from './two-speed-parts/quality.ts'
import { type Row, rounded } from './two-speed-parts/row.ts'
import { speedRows } from './two-speed-parts/speed.ts'

const { values } = parseArgs({ args: process.argv.slice(3), options: { json: { type: 'boolean', default: false } } })

const dataset = await openDataset({ kind: 'default' })
const encoder = await openEncoder({
  precision: 'int8',
  threads: 0,
  workers: 0,
  arena: true,
  weights: 'copy',
  device: 'cpu',
  batch: { maxTexts: 128, tokenBudget: 4096 },
})
const first = await openStaticEncoder()
const rows: Row[] = []
/** Told as they come: the whole takes minutes. */
const take = (some: Row[]) => {
  for (const { what, measured } of some) process.stderr.write(`${what}: ${measured ?? 'not measured'}\n`)
  rows.push(...some)
}

take([await distillRow()])
take(await speedRows(await chunksOf(), first, encoder))
for (const name of ['scifact', 'cppdocs']) take(await qualityOf(name))
await encoder.close()
take(await firstSearchRows(dataset))
if (!values.json) console.table(rows.map(({ why, ...row }) => row))
console.log(JSON.stringify({ bench: 'two-speed', rows, machine: machine() }))

async function distillRow(): Promise<Row> {
  const { files } = await ensureModel('all-MiniLM-L6-v2')
  const vocabulary = await readVocabulary(files['tokenizer.json']!)
  const start = performance.now()
  await distill({ encoder, vocabulary, dims: first.dims })
  const seconds = (performance.now() - start) / 1000
  return {
    what: 'distillation, once for each model and machine',
    goal: '≤ 60 s',
    measured: rounded(seconds, 1),
    interval: null,
    met: seconds <= 60,
    why: `${vocabulary.ids.length} tokens to ${first.dims} values`,
  }
}

async function chunksOf(): Promise<string[]> {
  const texts: string[] = []
  for await (const { text } of dataset.docs())
    texts.push(...chunk(text, { maxTokens: 200, overlapTokens: 32, countTokens: first.countTokens }))
  return texts
}

async function qualityOf(name: string): Promise<Row[]> {
  const root = process.env.TENFOLD_BENCH_DATA ?? path.resolve('../shared/data')
  const folder = path.join(root, name)
  if (!existsSync(folder)) {
    return [{ what: `${name}, nDCG@10`, goal: null, measured: null, interval: null, met: null, why: `no ${folder}` }]
  }
  const corpus = await openCorpus(folder, first)
  try {
    // the vectors of 48,895 passages by a real model take longer than this bench may
    return await qualityRows(corpus, first, name === 'scifact' ? encoder : undefined)
  } finally {
    corpus.close()
  }
}
