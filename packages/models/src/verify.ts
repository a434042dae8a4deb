import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { finished } from 'node:stream/promises'
import type { ModelFile } from './manifest.ts'

/** SHA-256 of a file, read in pieces. */
async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const stream = createReadStream(path, { highWaterMark: 1 << 20, ...(signal && { signal }) })
  stream.on('data', (piece) => hash.update(piece))
  await finished(stream)
  return hash.digest('hex')
}

export type Check = 'right' | 'missing' | 'wrong'

/**
 * Whether the file at `path` is the one of the manifest. A right file leaves a stamp (size, time of change, hash) in
 * `stamps`, so that it is hashed once and again only after a change; a folder nobody may write to only costs the stamp.
 */
export async function check(path: string, wanted: ModelFile, stamps: string, signal?: AbortSignal): Promise<Check> {
  const info = await stat(path).catch(() => undefined)
  if (!info?.isFile()) return 'missing'
  if (info.size !== wanted.bytes) return 'wrong'
  const stamp = JSON.stringify({
    path: resolve(path),
    bytes: info.size,
    changedMs: info.mtimeMs,
    sha256: wanted.sha256,
  })
  const file = join(stamps, `${createHash('sha256').update(resolve(path)).digest('hex').slice(0, 16)}.json`)
  if ((await readFile(file, 'utf8').catch(() => '')) === stamp) return 'right'
  if ((await sha256Of(path, signal)) !== wanted.sha256) return 'wrong'
  await mkdir(stamps, { recursive: true })
    .then(() => writeFile(file, stamp))
    .catch(() => undefined)
  return 'right'
}

/** A finished download takes its place: on disk first, then under its name. A wrong one is removed. */
export async function accept(temporary: string, path: string, wanted: ModelFile): Promise<boolean> {
  const info = await stat(temporary)
  if (info.size !== wanted.bytes || (await sha256Of(temporary)) !== wanted.sha256) {
    await rm(temporary)
    return false
  }
  const file = await open(temporary, 'r+')
  await file.sync()
  await file.close()
  await mkdir(dirname(path), { recursive: true })
  await rename(temporary, path)
  return true
}
