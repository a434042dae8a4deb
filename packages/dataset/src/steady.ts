import { constants, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'

export interface Start {
  bytes: Uint8Array
  /** There is more in the file than was asked for. */
  cut: boolean
  stats: Stats
}

/**
 * The first `most` bytes of a file, read again once when it changed meanwhile; `changing` when it changed that time
 * too. A link put in the file's place is refused.
 */
export async function readSteady(path: string, most: number): Promise<Start & { changing: boolean }> {
  const first = await readStart(path, most)
  return first.changing ? readStart(path, most) : first
}

async function readStart(path: string, most: number): Promise<Start & { changing: boolean }> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const before = await file.stat()
    const buffer = Buffer.allocUnsafe(Math.min(before.size, most))
    let length = 0
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    const changing = differs(before, await file.stat())
    return { bytes: buffer.subarray(0, length), cut: before.size > most, stats: before, changing }
  } finally {
    await file.close()
  }
}

const differs = (before: Stats, after: Stats): boolean => before.size !== after.size || before.mtimeMs !== after.mtimeMs
