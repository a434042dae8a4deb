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
 * SHA-256 of a file. It leaves a stamp (size, time of change, hash) in `stamps`, so that a file is hashed once and again only after a
 * change; a folder nobody may write to only costs the stamp.
 */
export async function fileSha256(path: string, stamps: string, signal?: AbortSignal): Promise<string> {
  const info = await stat(path)
  const known = { path: resolve(path), bytes: info.size, changedMs: info.mtimeMs }
  const file = join(stamps, `${createHash('sha256').update(known.path).digest('hex').slice(0, 16)}.json`)
  const stamp = await readFile(file, 'utf8').catch(() => '')
  const sha256 = /"sha256":"([0-9a-f]{64})"/.exec(stamp)?.[1]
  if (sha256 && stamp === JSON.stringify({ ...known, sha256 })) return sha256
  const hashed = await sha256Of(path, signal)
  await mkdir(stamps, { recursive: true })
    .then(() => writeFile(file, JSON.stringify({ ...known, sha256: hashed })))
    .catch(() => undefined)
  return hashed
}

/** Whether the file at `path` is the one of the manifest. */
export async function check(path: string, wanted: ModelFile, stamps: string, signal?: AbortSignal): Promise<Check> {
  const info = await stat(path).catch(() => undefined)
  if (!info?.isFile()) return 'missing'
  if (info.size !== wanted.bytes) return 'wrong'
  return (await fileSha256(path, stamps, signal)) === wanted.sha256 ? 'right' : 'wrong'
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
