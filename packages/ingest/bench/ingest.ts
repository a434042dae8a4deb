// Files → durable, searchable rows, against LangChain.js with its defaults and the same model. `--documents n`, `--rounds n`, `--json`.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Patch, parseConfig } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'
import { machine } from '@tenfold/measure'
import { openRag } from '../../rag/src/index.ts'
import { type EmbedTexts, ingestByLangChain } from './ingest-parts/langchain.ts'
import { openTransformers } from './ingest-parts/peer.ts'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    json: { type: 'boolean' },
    documents: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '3' },
  },
})
const documents = Number(values.documents)
const rounds = Number(values.rounds)
const goals = { whole: 5, searchable: 50 }

interface Row {
  what: string
  goal: string
  measured: number | string
  interval: [number, number] | null
  met: boolean
  why: string
}

/** The settings a run of the pipeline ends with for an encoder on few cores; the precision is told in each row. */
const tuned: Patch = {
  'memory.ingestWindow': 256,
  'speed.encoderGraph': 'unmasked',
  'speed.batchTokens': 512,
  'speed.encoderWorkers': 2,
  'speed.encoderThreads': 1,
  'db.statementReuse': true,
}
const ours: Record<string, Patch> = {
  'fp32, as the peer': { ...tuned, 'speed.precision': 'fp32' },
  'int8, which a run keeps only if quality holds': { ...tuned, 'speed.precision': 'int8' },
}

/** Two speeds: until every document can be found. The table is distilled before, once for each machine, like the model is fetched. */
const searchable = 'first searchable state, two speeds'
const twoSpeeds: Patch = { ...tuned, 'speed.precision': 'int8', 'speed.firstVectors': 'static' }

const scratch = mkdtempSync(path.join(tmpdir(), 'tenfold-bench-ingest-'))
const rows: Row[] = []
try {
  const source = await copyDocuments()
  const peer = await openTransformers(path.join(scratch, 'models'))
  const seconds: Record<string, number[]> = Object.fromEntries(
    ['LangChain.js', ...Object.keys(ours), searchable].map((name) => [name, []]),
  )
  // One round warms up: both have loaded their model and compiled their code before anything counts.
  for (let round = -1; round < rounds; round++) {
    // In turn, and every other round the other way about.
    const names = round % 2 === 0 ? Object.keys(seconds) : Object.keys(seconds).reverse()
    for (const name of names) {
      if (name === 'LangChain.js' && !peer) continue
      const taken =
        name === 'LangChain.js'
          ? await timeLangChain(source, peer!.embed)
          : name === searchable
            ? await timeOurs(source, twoSpeeds, 'searchable')
            : await timeOurs(source, ours[name]!)
      process.stderr.write(`${round < 0 ? 'warm-up' : `round ${round + 1}`} ${name}: ${taken.toFixed(2)} s\n`)
      if (round >= 0) seconds[name]!.push(taken)
    }
  }
  await peer?.close()
  const theirs = seconds['LangChain.js']!
  for (const name of Object.keys(ours)) {
    const what = `whole ingest against LangChain.js, documents/s (${name})`
    rows.push(rowFor(what, goals.whole, seconds[name]!, theirs))
  }
  rows.push(
    rowFor(`${searchable}, against the whole ingest of LangChain.js`, goals.searchable, seconds[searchable]!, theirs),
  )
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
if (!values.json) console.table(rows.map(({ why, ...row }) => row))
console.log(JSON.stringify({ bench: 'ingest', rows, machine: machine() }))

function rowFor(what: string, goal: number, our: readonly number[], theirs: readonly number[]): Row {
  const rate = (documents / middle(our)).toFixed(1)
  const row = { what, goal: `≥ ${goal} ×` }
  if (theirs.length === 0)
    return { ...row, measured: 'peer not installed', interval: null, met: false, why: `ours: ${rate} documents/s` }
  const ratios = our.map((seconds, round) => theirs[round]! / seconds)
  const ratio = Number(middle(ratios).toFixed(2))
  return {
    ...row,
    measured: ratio,
    interval: [Number(Math.min(...ratios).toFixed(2)), Number(Math.max(...ratios).toFixed(2))],
    met: Math.min(...ratios) >= goal,
    why: `${documents} documents, ours ${rate}/s, theirs ${(documents / middle(theirs)).toFixed(1)}/s; median of ${rounds} rounds in turn, the interval is the range; models loaded before; theirs is in memory only and has no full text`,
  }
}

async function timeLangChain(source: string, embed: EmbedTexts): Promise<number> {
  const start = performance.now()
  const store = await ingestByLangChain(source, embed)
  const seconds = (performance.now() - start) / 1000
  const [found] = await store.similaritySearch('How do I stream text?', 1)
  if (!found) throw new Error('LangChain.js finds nothing')
  return seconds
}

/** Seconds until all is done, or until everything can be found; the real vectors that would follow are not waited for then. */
async function timeOurs(source: string, patch: Patch, until: 'done' | 'searchable' = 'done'): Promise<number> {
  const workspace = mkdtempSync(path.join(scratch, 'index-'))
  const config = parseConfig(patch)
  const target = await openRag({ config, workspace })
  const reached = new Error('searchable')
  try {
    if (until === 'done') await target.query({ text: 'Is the model loaded?', k: 1 })
    const start = performance.now()
    const secondsSince = () => (performance.now() - start) / 1000
    const dataset = await openDataset({ kind: 'path', path: source })
    let seconds: number | undefined
    try {
      await target.ingest!(dataset.docs(config['speed.readConcurrency']), {
        replace: true,
        searchable() {
          if (until === 'done') return
          seconds = secondsSince()
          throw reached
        },
      })
      if (until === 'done') seconds = secondsSince()
    } catch (error) {
      if (error !== reached) throw error
    }
    const { ids } = await target.query({ text: 'How do I stream text?', k: 1 })
    if (ids.length === 0 || seconds === undefined) throw new Error('nothing is found')
    return seconds
  } finally {
    await target.close()
    rmSync(workspace, { recursive: true, force: true })
  }
}

/** The first documents of the default corpus as files of their own, for both to read. */
async function copyDocuments(): Promise<string> {
  const corpus = fileURLToPath(new URL('../../dataset/node_modules/ai/docs', import.meta.url))
  const folder = path.join(scratch, 'docs')
  let left = documents
  for await (const { id } of (await openDataset({ kind: 'default' })).docs()) {
    if (left-- === 0) break
    mkdirSync(path.dirname(path.join(folder, id)), { recursive: true })
    copyFileSync(path.join(corpus, id), path.join(folder, id))
  }
  return folder
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
}
