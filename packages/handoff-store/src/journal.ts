import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import path from 'node:path'

/** An append-only record of finished units of work. A line cut off by a kill is dropped, everything before it counts. */
export interface Journal<Entry> {
  entries: Entry[]
  append(entry: Entry): void
  clear(): void
}

export function openJournal<Entry>(file: string): Journal<Entry> {
  mkdirSync(path.dirname(file), { recursive: true })
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const entries = whole
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Entry)
  // what comes next must not be glued to a cut line
  if (whole.length < text.length) truncateSync(file, Buffer.byteLength(whole))
  return {
    entries,
    append(entry) {
      appendFileSync(file, `${JSON.stringify(entry)}\n`)
      entries.push(entry)
    },
    clear() {
      rmSync(file, { force: true })
      entries.length = 0
    },
  }
}
