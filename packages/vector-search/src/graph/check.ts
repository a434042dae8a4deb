import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { PipelineError } from '@tenfold/contracts'
import type { GraphManifest } from './manifest.ts'

const script = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/child.js' : '../child.js', import.meta.url),
)
const hint = 'build the graph again from the f32 rows, or roll back to the previous one; until then search exactly'
/** An answer later than this is none: the file is read once, and a few searches take milliseconds. */
const patienceMs = 120_000

export interface Trial {
  file: string
  manifest: Pick<
    GraphManifest,
    'scalar' | 'connectivity' | 'expansionAdd' | 'dims' | 'rows' | 'ef' | 'bytes' | 'sha256'
  >
  queries: Float32Array[]
}
export type TrialAnswer = { found: Uint32Array[] } | { error: { code: string; message: string } }

/** Bytes read at once, into one buffer: a stream would leave garbage the size of the file. */
const piece = 1 << 20

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256')
  const handle = await open(file, 'r')
  try {
    const buffer = Buffer.alloc(piece)
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, piece)
      if (bytesRead === 0) return hash.digest('hex')
      hash.update(buffer.subarray(0, bytesRead))
    }
  } finally {
    await handle.close()
  }
}

/** Is the file the one of the manifest, to the last bit? Reading it also brings it into the page cache. Throws INDEX_MISMATCH. */
export async function checkFile(
  file: string,
  { bytes, sha256 }: Pick<GraphManifest, 'bytes' | 'sha256'>,
): Promise<void> {
  const found = statSync(file, { throwIfNoEntry: false })?.size
  if (found !== bytes) throw damaged(`${file} has ${found ?? 'no'} bytes, its manifest says ${bytes}`)
  const hash = await sha256Of(file)
  if (hash !== sha256) throw damaged(`${file} has the SHA-256 ${hash}, its manifest says ${sha256}`)
}

/**
 * Opens a graph file and searches it in a process of its own, which may die of it. The rows found for each query, `ef` of them. Throws
 * INDEX_MISMATCH where the file is not that of the manifest, or the process died.
 */
export async function tryInChild(trial: Trial): Promise<Uint32Array[]> {
  const child = fork(script, [], {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let last = ''
  child.stderr?.on('data', (piece) => {
    last = `${last}${piece}`.slice(-2000)
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  try {
    const answer = await new Promise<TrialAnswer>((resolve, reject) => {
      child.once('message', (message) => resolve(message as TrialAnswer))
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        reject(
          damaged(`the process that opened ${path.basename(trial.file)} ended with ${signal ?? code} ${last}`.trim()),
        )
      })
      child.send(trial)
    })
    if ('found' in answer) return answer.found
    throw damaged(answer.error.message)
  } finally {
    clearTimeout(timer)
    child.kill('SIGKILL')
  }
}

const damaged = (message: string) => new PipelineError('INDEX_MISMATCH', message, hint)
