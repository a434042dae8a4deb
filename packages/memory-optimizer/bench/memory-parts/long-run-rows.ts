import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { defaultConfig } from '@tenfold/contracts'
import { first, openData, questionsFor, scratchFolder } from '@tenfold/harness'
import { type Slope, theilSen } from '@tenfold/measure'
import { type LeakResult, leakTest } from '../../src/index.ts'
import { mb, type Row } from './row.ts'

const reingests = 5
const docsCount = 24
/** Until then growth slows down, as seen over 6,200 questions; after 3,200 it was 24 B native and 37 B of JavaScript a question. */
const settlingQueries = 3000
/** Private memory may end this share above where it began. */
const flatShare = 0.02

/** Many questions with documents changing all the while: is anything kept, and is private memory flat? */
export async function longRunRows(queries: number, progress: (line: string) => void): Promise<Row[]> {
  const folder = path.join(scratchFolder(), 'bench', 'memory')
  mkdirSync(folder, { recursive: true })
  const docs = path.join(folder, 'changing.jsonl')
  const dataset = await openData('default')
  const lines: string[] = []
  for await (const doc of first(dataset.docs(), docsCount)) lines.push(`${JSON.stringify(doc)}\n`)
  writeFileSync(docs, lines.join(''))
  try {
    const result = await leakTest({
      target: {
        module: fileURLToPath(new URL('./reingesting.mjs', import.meta.url)),
        options: { every: queries / reingests, docs },
      },
      config: { ...defaultConfig, 'memory.weights': 'mmap', 'memory.contextTokens': 2048, 'memory.mallocTrim': true },
      questions: (await questionsFor(dataset, 'tune')).map(({ text }) => text),
      count: queries,
      extendTo: queries,
      stallMs: 600_000,
      onProgress(step, done, of) {
        if (done % 500 === 0) progress(`long run, ${step}: ${done} of ${of} questions`)
      },
    })
    return [leakRow(result, queries), flatRow(result, queries)]
  } finally {
    rmSync(docs)
  }
}

const inBytes = ({ slope, low, high }: Slope) =>
  `${slope.toFixed(0)} B a question [${low.toFixed(0)}, ${high.toFixed(0)}]`

function leakRow(result: LeakResult, queries: number): Row {
  const { native } = result
  const side = 'notCovered' in native ? native.notCovered : inBytes(native)
  const early = queries < settlingQueries ? '; too short: what is allocated once still counts as growth' : ''
  return {
    what: `leak test over ${queries} mixed questions and ${reingests} re-ingests`,
    goal: 'clean',
    measured: result.verdict,
    interval: null,
    met: result.verdict === 'clean',
    why: `JS ${inBytes(result.js)}, native ${side}; ${result.failedQueries} failed, ${(result.wallMs / 1000).toFixed(0)} s${early}`,
  }
}

function flatRow({ points, fragmentation }: LeakResult, queries: number): Row {
  const slope = theilSen(points.map(({ at, privateBytes }) => ({ x: at, y: privateBytes })))
  const start = points[0]?.privateBytes ?? 0
  const share = (bytes: number) => Number(((100 * bytes * queries) / start).toFixed(2))
  const trimmed = fragmentation ? `, ${mb(fragmentation.afterTrimBytes)} of it free holes after trimming` : ''
  return {
    what: `private memory over ${queries} mixed questions and ${reingests} re-ingests, growth in %`,
    goal: `≤ ${100 * flatShare} % of its beginning`,
    measured: share(slope.slope),
    interval: [share(slope.low), share(slope.high)],
    met: share(slope.high) <= 100 * flatShare,
    why: `${inBytes(slope)}, from ${mb(start)} to ${mb(points.at(-1)?.privateBytes ?? 0)}${trimmed}`,
  }
}
