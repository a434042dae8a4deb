// What every measured child needs: its job, its private memory, and a way to tell. Runs under node --expose-gc.
import { readFileSync } from 'node:fs'

export const job = JSON.parse(process.argv[2])

export const privateBytes = () =>
  Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024

/** Private bytes after what nobody holds is gone. */
export async function settledBytes() {
  for (let i = 0; i < 2; i++) {
    globalThis.gc()
    await new Promise(setImmediate)
  }
  return privateBytes()
}

/** From here on peaks count under this name. */
export const mark = (name) => process.stdout.write(`${JSON.stringify({ mark: name })}\n`)

export const report = (value) =>
  new Promise((resolve) => process.stdout.write(`${JSON.stringify({ report: value })}\n`, resolve))
