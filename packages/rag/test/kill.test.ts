import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type IngestStats, parseConfig } from '@tenfold/contracts'
import { openEncoder } from '@tenfold/encoder'
import { expect, it } from 'vitest'
import { contents, folder, storeIn } from './fixture.ts'

/** Kills in all; `pnpm test:slow` has more, over more documents. */
const kills = Number(process.env.TENFOLD_KILLS ?? 2)
const documents = process.env.TENFOLD_KILLS ? 12 : 6
const config = parseConfig({})
const alike = 0.9999

/** One ingest in a process of its own, killed this long after it began, unless it is done before. */
async function ingestIn(workspace: string, killAfterMs?: number): Promise<{ stats?: IngestStats; ms: number }> {
  const script = join(import.meta.dirname, 'killed-corpus.mjs')
  const child = spawn(process.execPath, [script, workspace, String(documents)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const lines: string[] = []
  let timer: NodeJS.Timeout | undefined
  let start = 0
  for await (const line of createInterface(child.stdout)) {
    lines.push(line)
    if (line !== 'ingesting') continue
    start = performance.now()
    if (killAfterMs !== undefined) timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs)
  }
  clearTimeout(timer)
  const ms = performance.now() - start
  await ended
  return { ...(lines[1] ? { stats: JSON.parse(lines[1]) } : {}), ms }
}

/** Ids, hashes and texts of all that is stored, with the vectors beside them. */
function stored(workspace: string) {
  const docs = contents(config, workspace).map(({ id, hash, chunks }) => ({
    id,
    hash,
    chunks: chunks.map((c) => c.hash),
  }))
  const store = storeIn(config, workspace)
  const { chunkIds, vectors } = store.sampleVectors(1e6)
  const dims = vectors.length / Math.max(1, chunkIds.length)
  const rows = store.hydrate(chunkIds).map(({ docId, text }, row) => ({
    docId,
    text,
    vector: vectors.subarray(row * dims, (row + 1) * dims),
  }))
  store.close()
  // by document; those of one document stay in their order
  return { docs, rows: rows.sort((a, b) => (a.docId < b.docId ? -1 : a.docId > b.docId ? 1 : 0)) }
}

const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

it(
  `kill -9 at ${kills} random moments: nothing lost, nothing twice, no vector of another text`,
  async () => {
    const clean = folder()
    const { ms: wholeMs, stats } = await ingestIn(clean)
    expect(stats).toMatchObject({ docs: documents })
    const whole = stored(clean)
    const encoder = await openEncoder({
      precision: 'fp32',
      threads: 1,
      workers: 0,
      arena: true,
      weights: 'copy',
      device: 'cpu',
      batch: { maxTexts: 32, tokenBudget: 0 },
    })
    const moments: number[] = []
    try {
      while (moments.length < kills) {
        const workspace = folder()
        while (moments.length < kills) {
          const moment = (Math.random() * wholeMs) / 3
          const { stats: done } = await ingestIn(workspace, moment)
          if (done) break
          moments.push(Math.round(moment))
          const left = stored(workspace).docs
          expect(whole.docs, `killed after ${moments} ms`).toEqual(expect.arrayContaining(left))
        }
        const left = stored(workspace).docs.length
        const { stats: last } = await ingestIn(workspace)
        expect(last).toMatchObject({ docs: documents, unchanged: left, removed: 0 })
        const found = stored(workspace)
        expect(found.docs, `killed after ${moments} ms`).toEqual(whole.docs)
        expect(found.rows.map(({ text }) => text)).toEqual(whole.rows.map(({ text }) => text))
        for (const [row, { vector }] of found.rows.entries())
          expect(cosine(vector, whole.rows[row]!.vector)).toBeGreaterThan(alike)
        const sample = found.rows.filter((_, row) => row % Math.ceil(found.rows.length / 12) === 0)
        const again = await encoder.embed(sample.map(({ text }) => text))
        for (const [row, { vector }] of sample.entries())
          expect(cosine(vector, again.subarray(row * encoder.dims, (row + 1) * encoder.dims))).toBeGreaterThan(alike)
      }
    } finally {
      await encoder.close()
    }
  },
  600_000 + 30_000 * kills,
)
