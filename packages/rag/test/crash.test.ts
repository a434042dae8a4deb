import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Doc, parseConfig } from '@tenfold/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { contents, folder, pages, pagesFolder, ragOver, small, stream } from './fixture.ts'

const config = parseConfig(small)

/** What a workspace holds, without the vectors: they depend a little on what was embedded together. */
const hashesOf = (workspace: string) =>
  contents(config, workspace).map(({ id, hash, chunks }) => ({ id, hash, chunks: chunks.map((chunk) => chunk.hash) }))

let docs: Doc[]
/** Of these documents alone. */
let source: string
let whole: ReturnType<typeof hashesOf>
beforeAll(async () => {
  source = mkdtempSync(join(tmpdir(), 'tenfold-pages-'))
  for (const { id } of await pages(8)) copyFileSync(join(pagesFolder, id), join(source, id))
  docs = await pages(8, source)
  const clean = mkdtempSync(join(tmpdir(), 'tenfold-clean-'))
  await (await ragOver(docs, clean)).close()
  whole = hashesOf(clean)
  rmSync(clean, { recursive: true, force: true })
})
afterAll(() => rmSync(source, { recursive: true, force: true }))

it.each([
  [1, 0],
  [4, 15],
])(
  'kill -9 after document %i (+%i ms) leaves whole documents, and ingesting again completes the index',
  async (documents, delayMs) => {
    const workspace = folder()
    const script = join(import.meta.dirname, 'killed-ingest.mjs')
    const child = spawn(process.execPath, [script, workspace, source, JSON.stringify(small)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
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
