import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Dataset, parseConfig } from '@tenfold/contracts'
import { median } from '@tenfold/measure'
import rag from '../../../rag/src/index.ts'
import { type Row, rounded } from './row.ts'

const runs = 5
const goal = 50

interface Ingested {
  searchableMs: number
  wallMs: number
  chunks: number
  by?: string
}

/** Seconds until the default corpus can be searched: in two speeds, and when every vector is made first. */
export async function firstSearchRows(dataset: Dataset): Promise<Row[]> {
  const fast: Ingested[] = []
  for (let run = 0; run < runs; run++) fast.push(await ingest(dataset, true))
  const whole = await ingest(dataset, false)
  const ratios = fast.map(({ searchableMs }) => whole.wallMs / searchableMs)
  const seconds = (ms: number) => rounded(ms / 1000, 2)
  const [one] = fast
  return [
    {
      what: `time until ${dataset.docCount} documents can be searched, a multiple of our own fp32 ingest`,
      goal: `≥ ${goal}`,
      measured: rounded(median(ratios), 1),
      interval: [rounded(Math.min(...ratios), 1), rounded(Math.max(...ratios), 1)],
      met: Math.min(...ratios) >= goal,
      why: `${seconds(median(fast.map(({ searchableMs }) => searchableMs)))} s (found by ${one!.by}) against ${seconds(whole.wallMs)} s, ${whole.chunks} chunks; ${runs} runs against one, the interval is the range`,
    },
  ]
}

/** Into an empty index, stopped as soon as everything can be found where that comes first. */
async function ingest(dataset: Dataset, inTwoSpeeds: boolean): Promise<Ingested> {
  const workspace = mkdtempSync(path.join(tmpdir(), 'tenfold-first-search-'))
  const config = parseConfig(inTwoSpeeds ? { 'speed.firstVectors': 'static', 'speed.precision': 'int8' } : {})
  const target = await rag.open({ config, workspace })
  const enough = new Error('searchable')
  let found: Ingested | undefined
  try {
    const stats = await target.ingest!(dataset.docs(), {
      replace: true,
      questions: dataset.questions.filter(({ split }) => split === 'tune'),
      searchable: ({ searchableMs, pending, by }) => {
        found = { searchableMs, wallMs: searchableMs, chunks: pending, by }
        throw enough
      },
    })
    return { searchableMs: stats.wallMs, wallMs: stats.wallMs, chunks: stats.chunks }
  } catch (error) {
    if (error !== enough || !found) throw error
    return found
  } finally {
    await target.close()
    rmSync(workspace, { recursive: true, force: true })
  }
}
