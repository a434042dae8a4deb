import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseConfig } from '@tenfold/contracts'
import { expect, it } from 'vitest'
import { contents, folder, pages, pagesFolder, ragOver, small, stream } from './fixture.ts'

it.each([
  [1, 0],
  [4, 15],
])(
  'kill -9 after document %i (+%i ms) leaves whole documents, and ingesting again completes the index',
  async (documents, delayMs) => {
    const workspace = folder()
    const script = join(import.meta.dirname, 'killed-ingest.mjs')
    const child = spawn(process.execPath, [script, workspace, pagesFolder], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines: string[] = []
    for await (const line of createInterface(child.stdout)) {
      lines.push(line)
      if (lines.length === documents) {
        await sleep(delayMs)
        child.kill('SIGKILL')
      }
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    expect(child.signalCode).toBe('SIGKILL')
    expect(lines).not.toContain('complete')

    const docs = await pages(100)
    const clean = folder()
    await (await ragOver(docs, clean)).close()
    const config = parseConfig(small)
    const hashesOf = (place: string) =>
      contents(config, place).map(({ id, hash, chunks }) => ({ id, hash, chunks: chunks.map((chunk) => chunk.hash) }))
    const whole = hashesOf(clean)
    const left = hashesOf(workspace)
    expect(left.length).toBeGreaterThanOrEqual(documents)
    expect(left.length).toBeLessThan(whole.length)
    expect(whole).toEqual(expect.arrayContaining(left))

    const target = await ragOver([], workspace)
    const stats = await target.ingest!(stream(docs), { replace: true })
    const { chunks } = await target.info()
    await target.close()
    expect(stats).toMatchObject({ docs: docs.length, unchanged: left.length, removed: 0 })
    expect(hashesOf(workspace)).toEqual(whole)
    expect(chunks).toBe(whole.reduce((sum, doc) => sum + doc.chunks.length, 0))
  },
)
