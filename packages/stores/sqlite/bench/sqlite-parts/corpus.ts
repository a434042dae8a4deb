import { existsSync, mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { type Config, defaultConfig, type Patch, parseConfig, type Question } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'
import { openEncoder } from '@tenfold/encoder'
import { fuse, mean, median, ndcgAt, quantile, seededRandom } from '@tenfold/measure'
import { openRag } from '../../../../rag/src/index.ts'
import { identityOf } from '../../../../rag/src/stores.ts'
import { copyStore } from '../../src/copy.ts'
import { storeFile, storeOptions } from '../../src/provider.ts'
import { openStore } from '../../src/store.ts'
import type { SqliteStore } from '../../src/types.ts'
import { type Row, ratioRow, rounded } from './row.ts'

const depth = 10
/** nDCG may differ by so much and still be called equal. */
const equalNdcg = 0.005

interface Asked {
  question: Question
  vector: Float32Array
}

/** Retrieval by the store alone (vectors, words, fused, texts) on the default corpus: a candidate against the defaults. */
export async function corpusRows(scratch: string, candidates: Record<string, Patch>, rounds: number): Promise<Row[]> {
  const { folder, asked } = await build()
  return Object.entries(candidates).map(([name, patch]) =>
    compare({ folder, scratch, asked, rounds }, name, { ...defaultConfig, ...patch }),
  )
}

/** How the index is built: settings that change no vector, and are quicker than the defaults. */
const building: Patch = { 'speed.encoderGraph': 'unmasked', 'speed.batchTokens': 512 }

/** The index of the default corpus, made once and kept for every bench of it; and its questions as vectors. */
async function build(): Promise<{ folder: string; asked: Asked[] }> {
  const dataset = await openDataset({ kind: 'default' })
  const folder = path.resolve('.tenfold/bench', `index-${dataset.hash.slice(0, 12)}`)
  if (!existsSync(folder)) {
    const partial = `${folder}.building`
    mkdirSync(partial, { recursive: true })
    const target = await openRag({ config: parseConfig(building), workspace: partial })
    await target.ingest!(dataset.docs(), { replace: true })
    await target.close()
    renameSync(partial, folder)
  }
  const questions = dataset.questions.filter(
    ({ collection, relevant }) => collection === undefined && Object.keys(relevant).length > 0,
  )
  const encoder = await openEncoder({
    precision: 'fp32',
    threads: 0,
    workers: 0,
    arena: true,
    weights: 'copy',
    device: 'cpu',
    batch: { maxTexts: 32, tokenBudget: 2048 },
  })
  const vectors = await encoder.embed(questions.map(({ text }) => text))
  await encoder.close()
  const dims = vectors.length / questions.length
  const asked = questions.map((question, i) => ({ question, vector: vectors.slice(i * dims, (i + 1) * dims) }))
  return { folder, asked }
}

function compare(
  { folder, scratch, asked, rounds }: { folder: string; scratch: string; asked: readonly Asked[]; rounds: number },
  name: string,
  config: Config,
): Row {
  const arms = [defaultConfig, config].map((each, i) => {
    const workspace = path.join(scratch, `${name.replaceAll(/\W+/g, '-')}-${i}`)
    return { config: each, store: openCopy(folder, workspace, each) }
  })
  const quality = arms.map(({ store, config: each }) =>
    asked.map(({ question, vector }) => ndcgAt(10, retrieve(store, each, question.text, vector), question.relevant)),
  )
  const ratios: number[] = []
  const medians: number[] = []
  const random = seededRandom(7)
  const p95Ms: [number[], number[]] = [[], []]
  for (let round = -2; round < rounds; round++) {
    const ms: [number[], number[]] = [[], []]
    for (const { question, vector } of asked) {
      const first = random() < 0.5 ? 0 : 1
      for (const at of [first, 1 - first] as (0 | 1)[]) {
        const { store, config: each } = arms[at]!
        const start = performance.now()
        retrieve(store, each, question.text, vector)
        ms[at].push(performance.now() - start)
      }
    }
    if (round < 0) continue
    for (const at of [0, 1] as const) p95Ms[at].push(quantile(ms[at], 0.95))
    ratios.push(p95Ms[1].at(-1)! / p95Ms[0].at(-1)!)
    medians.push(median(ms[1]) / median(ms[0]))
  }
  for (const { store } of arms) store.close()
  const [before, after] = quality.map((values) => mean(values)) as [number, number]
  const isEqual = after >= before - equalNdcg
  const changed = Object.entries(config).filter(([key, value]) => defaultConfig[key as keyof Config] !== value)
  const row = ratioRow(
    `S3-29, whole store query p95 on the default corpus, ${name} against the defaults`,
    { most: 0.6 },
    ratios,
    `${changed.map(([key, value]) => `${key}=${value}`).join(', ')}; ${asked.length} questions in coin order; p95 ${rounded(median(p95Ms[0]))} → ${rounded(median(p95Ms[1]))} ms, median ×${rounded(median(medians))}; nDCG@10 ${before.toFixed(4)} → ${after.toFixed(4)}${isEqual ? '' : ', which is worse'}`,
  )
  return { ...row, met: row.met && isEqual }
}

function openCopy(from: string, workspace: string, config: Config): SqliteStore {
  mkdirSync(workspace)
  copyStore(storeFile(from), storeFile(workspace))
  return openStore(storeOptions({ config, workspace, identity: identityOf(config) }))
}

function retrieve(store: SqliteStore, config: Config, text: string, vector: Float32Array): string[] {
  const near = store.vectorSearch(vector, config['rag.candidates'])
  const worded = store.lexicalSearch(text, config['rag.candidates'])
  const fused = fuse([near.chunkIds, worded.chunkIds], config['rag.rrfK'], 2 * depth)
  return [...new Set(store.hydrate(fused.map(({ id }) => id)).map(({ docId }) => docId))].slice(0, depth)
}
