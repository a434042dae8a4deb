import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Unzip, UnzipInflate, UnzipPassThrough } from 'fflate'

/**
 * Writes one file of a zip archive to `target`, piece by piece: peak memory is a few pieces, whatever the sizes.
 * Throws when the archive ends early, lacks the file or holds more than `maxBytes` of it.
 */
export async function unzipOne(
  archive: string,
  name: string,
  target: string,
  maxBytes: number,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const output: Uint8Array[] = []
  let state: 'absent' | 'started' | 'complete' = 'absent'
  let failure: unknown
  const unzip = new Unzip((file) => {
    if (file.name !== name) return
    state = 'started'
    file.ondata = (error, piece, final) => {
      if (error) failure = error
      else output.push(piece)
      if (final) state = 'complete'
    }
    file.start()
  })
  unzip.register(UnzipInflate)
  unzip.register(UnzipPassThrough)

  const file = await open(target, 'wx')
  let written = 0
  try {
    for await (const piece of createReadStream(archive, { highWaterMark: 1 << 16 })) {
      signal?.throwIfAborted()
      unzip.push(piece)
      if (failure) throw failure
      for (const part of output.splice(0)) {
        written += part.length
        if (written > maxBytes) throw new RangeError(`${name} in ${archive} is larger than ${maxBytes} bytes`)
        await file.write(part)
      }
      onBytes(written)
      if (isComplete()) break
    }
  } finally {
    await file.close()
  }
  if (!isComplete()) throw new Error(`${archive} ${state === 'absent' ? `has no ${name}` : `ends inside ${name}`}`)

  function isComplete() {
    return state === 'complete'
  }
}
