import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import provider, { openStore, storeFile, storeOptions } from '../src/index.ts'
import { folder } from './fixture.ts'
import { answersRightly, documents, graphConfig, identity, openedGraph, rows } from './graph-fixture.ts'

/** Kills; TENFOLD_KILLS=50 for the long form. */
const kills = Number(process.env.TENFOLD_KILLS ?? 1)
const original = mkdtempSync(join(tmpdir(), 'tenfold-killed-graph-'))
const more = rows / 4
let buildMs = 0

beforeAll(async () => {
  const store = await provider.open({ config: graphConfig, workspace: original, identity })
  store.upsertDocs(documents(0, rows))
  const start = performance.now()
  await store.refresh()
  // what the killed process does takes about as long
  buildMs = 1.5 * (performance.now() - start)
  store.close()
})
afterAll(() => rmSync(original, { recursive: true }))

it('kill -9 while a graph is built: the old or the new one is in force, never parts of both, and answers are right', {
  timeout: 60_000 + kills * 10_000,
}, async () => {
  const run = async (afterMs: number) => {
    const workspace = folder()
    cpSync(original, workspace, { recursive: true })
    const options = storeOptions({ config: graphConfig, workspace, identity })
    const script = join(import.meta.dirname, 'killed-graph.mjs')
    const args = [script, JSON.stringify({ options, from: rows, to: rows + more })]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    await once(child.stdout, 'data')
    await sleep(afterMs)
    child.kill('SIGKILL')
    await ended
    return { workspace, options }
  }
  for (let n = 0; n < kills; n++) {
    const share = (n + Math.random()) / kills
    const { workspace, options } = await run(share * buildMs)
    const moment = `killed after ${share.toFixed(3)} of its time`
    const { rows: inForce, file } = manifestOf(workspace)
    expect([rows, rows + more], moment).toContain(inForce)
    expect(existsSync(join(`${storeFile(workspace)}.vectors`, file)), moment).toBe(true)
    const scanned = openStore(options)
    const chunks = scanned.chunkCount()
    scanned.close()
    expect([rows, rows + more], moment).toContain(chunks)
    const store = await openedGraph(workspace)
    expect(store.graphRows(), moment).toEqual({ graph: chunks, added: 0, gone: 0 })
    expect(await store.advice?.(), moment).toEqual([])
    answersRightly(store)
    store.close()
  }
})

function manifestOf(workspace: string): { rows: number; file: string } {
  return JSON.parse(readFileSync(join(`${storeFile(workspace)}.vectors`, 'manifest.json'), 'utf8'))
}
