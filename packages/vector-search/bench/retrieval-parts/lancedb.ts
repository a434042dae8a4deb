import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Neighbours } from '../../src/index.ts'
import { scratch } from './corpus.ts'
import { dims } from './vectors.ts'

/** 0.39 asks for Node 22 or later, so both are installed apart; LanceDB 0.39 asks for Apache Arrow up to 18. */
const runtime = `node-${process.platform}-${process.arch}`
const packages = ['@lancedb/lancedb@0.39.0', 'apache-arrow@18.1.0', `${runtime}@24.18.1`]
const home = path.join(scratch, 'lancedb')

export interface Lance {
  /** Its own time and what it found. `ef` beyond its default where there is a graph; three times as many are then rescored. */
  search(query: Float32Array, k: number, ef?: number): Promise<Neighbours & { ms: number }>
  close(): void
}

/** LanceDB over rows in a file: without an index, as its authors advise below 100,000 rows, or with its graph over int8 codes. */
export async function openLance(rowsFile: string, kind: 'flat' | 'graph'): Promise<Lance> {
  if (!existsSync(home)) {
    mkdirSync(home, { recursive: true })
    const quiet = ['--silent', '--no-fund', '--no-audit', '--omit=dev']
    execFileSync('npm', ['install', ...quiet, '--prefix', home, ...packages], { stdio: ['ignore', 2, 2] })
  }
  const modules = path.join(home, 'node_modules')
  const execPath = path.join(modules, runtime, 'bin/node')
  const folder = mkdtempSync(path.join(tmpdir(), 'tenfold-bench-lancedb-'))
  const library = path.join(modules, '@lancedb/lancedb/dist/index.js')
  const script = path.join(import.meta.dirname, 'lancedb.mjs')
  const child = fork(script, [library, folder, rowsFile, String(dims), kind], { execPath, execArgv: [] })
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`LanceDB stopped with ${code}`))),
  ])
  return {
    async search(query, k, ef) {
      const answer = once(child, 'message')
      child.send({ query: [...query], k, ef })
      const [{ ms, rows, scores }] = await answer
      return { ms, rows: Uint32Array.from(rows), scores: Float32Array.from(scores) }
    },
    close() {
      child.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
