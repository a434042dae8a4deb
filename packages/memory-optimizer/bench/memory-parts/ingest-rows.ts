import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Patch } from '@tenfold/contracts'
import { scratchFolder } from '@tenfold/harness'
import { type ArmResult, runArm } from './arm.ts'
import { type Limit, limitMemory } from './limit.ts'
import type { Passages } from './passages.ts'
import { absent, mb, type Row } from './row.ts'

interface Ingested {
  embedded: number
  ingestMs: number
  queries: number
  queryP50Ms: number | null
}

/** fp32 like the peer; passages fit a chunk whole, so both embed the same words. */
const config: Patch = {
  'rag.chunkTokens': 254,
  'rag.chunkOverlapTokens': 0,
  'memory.weights': 'mmap',
  'memory.arena': false,
  'memory.batchCeiling': 8,
  'memory.ingestWindow': 256,
  'memory.mallocTrim': true,
  'speed.encoderGraph': 'unmasked',
  'speed.batchTokens': 512,
  'speed.encoderWorkers': 2,
  'speed.encoderThreads': 1,
}
const limitBytes = 300e6
const peerName = 'all-MiniLM-L6-v2'

async function ingest(data: Passages, limit?: Limit): Promise<ArmResult<Ingested>> {
  const workspace = mkdtempSync(path.join(scratchFolder(), 'bench', 'memory', 'index-'))
  try {
    const { passages, questions } = data
    return await runArm<Ingested>('ingest', { config, workspace, passages, questions }, limit)
  } finally {
    rmSync(workspace, { recursive: true, force: true })
  }
}

/** Peak private memory of an ingest against transformers.js, and of ingest and queries under a limit. */
export async function ingestRows(data: Passages): Promise<Row[]> {
  const limit = limitMemory(limitBytes)
  const under = limit ? await limited(data, limit) : 'no limit could be set: neither a control group nor prlimit'
  // under the limit it is the same work: nothing is measured twice
  const ours = typeof under === 'string' ? await ingest(data) : under
  return [
    await againstPeer(data, ours),
    underLimit(data, ours, typeof under === 'string' ? under : `it ran in ${limit!.what}`),
  ]
}

const limited = (data: Passages, limit: Limit) =>
  ingest(data, limit)
    .catch((error: Error) => `in ${limit.what} it fails: ${error.message}`)
    .finally(limit.remove)

function underLimit(data: Passages, ours: ArmResult<Ingested>, real: string): Row {
  const { embedded, ingestMs, queries, queryP50Ms } = ours.report
  const phases = Object.entries(ours.peaks).map(([phase, bytes]) => `${phase} ${mb(bytes)}`)
  return {
    what: `peak private memory, ${data.passageCount} passages ingested and ${queries} questions asked`,
    goal: `≤ ${mb(limitBytes)}`,
    measured: mb(ours.peakBytes),
    interval: null,
    met: ours.peakBytes <= limitBytes && queries === data.questionCount,
    why: `${phases.join(', ')}; ${embedded} chunks in ${(ingestMs / 1000).toFixed(0)} s, p50 of a question ${queryP50Ms?.toFixed(1)} ms; ${real}`,
  }
}

async function againstPeer(data: Passages, ours: ArmResult<Ingested>): Promise<Row> {
  const what = `peak private memory of an ingest of ${data.passageCount} passages, against transformers.js embedding them`
  const goal = '≤ 1/3 at equal or better speed'
  const library = peerLibrary()
  const own = `ours ${mb(ours.peaks.ingest ?? ours.peakBytes)}, ${rate(data, ours)} passages/s`
  if (!library) return absent(what, goal, `peer not installed (@huggingface/transformers); ${own}`)
  const models = path.join(scratchFolder(), 'bench', 'encoder')
  if (!existsSync(path.join(models, peerName)))
    return absent(what, goal, `the peer has no model yet: \`pnpm bench encoder\` lays it out; ${own}`)
  const job = { library, models, model: peerName, passages: data.passages, count: data.passageCount }
  const peer = await runArm<Ingested>('peer', job)
  const share = (ours.peaks.ingest ?? ours.peakBytes) / (peer.peaks.ingest ?? peer.peakBytes)
  const isAsFast = ours.report.ingestMs <= peer.report.ingestMs
  return {
    what,
    goal,
    measured: Number(share.toFixed(3)),
    interval: null,
    met: share <= 1 / 3 && isAsFast,
    why: `${own}, chunks stored and indexed; the peer ${mb(peer.peaks.ingest ?? peer.peakBytes)}, ${rate(data, peer)} passages/s, vectors kept in memory`,
  }
}

const rate = (data: Passages, { report }: ArmResult<Ingested>): string =>
  ((1000 * data.passageCount) / report.ingestMs).toFixed(1)

/** Where the bench of the encoder has it. */
function peerLibrary(): string | null {
  const encoder = fileURLToPath(new URL('../../../encoder/package.json', import.meta.url))
  try {
    return createRequire(encoder).resolve('@huggingface/transformers')
  } catch {
    return null
  }
}
