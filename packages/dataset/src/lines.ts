import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { messageOf } from '@tenfold/contracts'
import { maxDocBytes, type Warn } from './source.ts'
import { decodeText } from './text.ts'

/** One line of a file, counted from 1. */
export interface Line {
  number: number
  text: string
}

/** Where a text file lies and the name warnings call it by. */
export interface NamedFile {
  path: string
  name: string
}

/**
 * Non-empty lines of a file, streamed; `.gz` is unpacked on the way. Lines over `maxDocBytes` and binary lines are
 * skipped, and a file that breaks off is read up to there; each is warned of once per file.
 */
export async function* readLines({ path, name }: NamedFile, warn: Warn): AsyncGenerator<Line> {
  const skipped = new Tally()
  try {
    for await (const { number, bytes } of splitLines(path)) {
      if (bytes === undefined) {
        skipped.add(`over ${maxDocBytes} bytes, skipped`, number)
        continue
      }
      const decoded = decodeText(bytes, false)
      if ('binary' in decoded) {
        skipped.add('not UTF-8 text, skipped', number)
        continue
      }
      if (decoded.repaired) skipped.add('invalid UTF-8, decoded with replacement', number)
      if (decoded.text.trim() !== '') yield { number, text: decoded.text }
    }
  } catch (error) {
    warn(name, `cannot be read to its end: ${messageOf(error)}`)
  }
  skipped.report(name, warn)
}

/** Objects of a JSON Lines file; lines that hold no JSON object are skipped and warned of once. */
export async function* readRecords(file: NamedFile, warn: Warn): AsyncGenerator<Line & { record: JsonObject }> {
  const malformed = new Tally()
  for await (const line of readLines(file, warn)) {
    const record = parseObject(line.text)
    if (record === undefined) malformed.add('no JSON object, skipped', line.number)
    else yield { ...line, record }
  }
  malformed.report(file.name, warn)
}

export type JsonObject = Record<string, unknown>

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
  } catch {
    return undefined
  }
}

/** Counts what befell the lines of one file, so that a million bad lines make one warning, not a million. */
export class Tally {
  private readonly found = new Map<string, { count: number; first: number }>()

  add(reason: string, line: number): void {
    const entry = this.found.get(reason)
    if (entry) entry.count++
    else this.found.set(reason, { count: 1, first: line })
  }

  report(file: string, warn: Warn): void {
    for (const [reason, { count, first }] of this.found) {
      warn(file, count === 1 ? `line ${first}: ${reason}` : `${count} lines (first: line ${first}): ${reason}`)
    }
  }
}

/** Lines as bytes without their `\n`; `bytes` is undefined for a line over the limit, which is never held whole. */
async function* splitLines(path: string): AsyncGenerator<{ number: number; bytes: Uint8Array | undefined }> {
  let parts: Uint8Array[] = []
  let size = 0
  let number = 0
  const take = (part: Uint8Array) => {
    size += part.length
    if (size > maxDocBytes) parts = []
    else if (part.length > 0) parts.push(part)
  }
  const finish = () => {
    const bytes = size > maxDocBytes ? undefined : parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    parts = []
    size = 0
    number++
    return { number, bytes }
  }
  for await (const block of openStream(path)) {
    let start = 0
    for (let end = block.indexOf(10); end >= 0; end = block.indexOf(10, start)) {
      take(block.subarray(start, end))
      start = end + 1
      yield finish()
    }
    take(block.subarray(start))
  }
  if (size > 0) yield finish()
}

function openStream(path: string): AsyncIterable<Uint8Array> {
  const file = createReadStream(path)
  if (!path.endsWith('.gz')) return file
  const unpacked = createGunzip()
  file.on('error', (error) => unpacked.destroy(error))
  unpacked.on('close', () => file.destroy())
  return file.pipe(unpacked)
}
