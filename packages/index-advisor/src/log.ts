import { createReadStream, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { messageOf, PipelineError } from '@tenfold/contracts'
import { type Execution, openBook, type Params, type Statement } from './statements.ts'

export interface StatementsLog {
  statements: Statement[]
  lines: number
  /** Lines that are no statement; the first of them, and why. */
  badLines: number
  firstBad: string | null
}

/**
 * A log of JSON lines `{ sql, params?, calls?, ms?, rows? }`, ms for one call. Lines that are no such object are counted and passed over.
 * Throws DATA_UNREADABLE, or DATA_EMPTY when no line can be used.
 */
export async function readLog(file: string): Promise<StatementsLog> {
  const book = openBook()
  let lines = 0
  let badLines = 0
  let firstBad: string | null = null
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() === '') continue
      lines++
      try {
        book.add(executionOf(JSON.parse(line)))
      } catch (error) {
        badLines++
        firstBad ??= `line ${lines}: ${messageOf(error)}`
      }
    }
  } catch (cause) {
    const message = `${file} cannot be read: ${messageOf(cause)}`
    throw new PipelineError('DATA_UNREADABLE', message, 'name a statements log that is there', { cause })
  }
  if (lines === badLines) {
    const message = `${file} holds no statement in ${lines} lines${firstBad ? ` (${firstBad})` : ''}`
    throw new PipelineError(
      'DATA_EMPTY',
      message,
      'write one JSON object a line: {"sql": "SELECT …", "params": [1], "calls": 10, "ms": 2.5}',
    )
  }
  return { statements: book.statements(), lines, badLines, firstBad }
}

function executionOf(line: unknown): Execution {
  const { sql, params, calls, ms, rows } = Object(line) as Record<string, unknown>
  if (typeof sql !== 'string' || sql.trim() === '') throw new TypeError('no "sql"')
  if (params !== undefined && (typeof params !== 'object' || params === null))
    throw new TypeError('"params" is neither a list nor an object')
  return {
    sql,
    params: params === undefined ? null : decoded(params),
    us: ms === undefined ? null : positive(ms, 'ms') * 1000,
    calls: calls === undefined ? 1 : positive(calls, 'calls'),
    rows: rows === undefined ? 0 : positive(rows, 'rows'),
  }
}

function positive(value: unknown, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  throw new TypeError(`"${name}" is ${JSON.stringify(value)}`)
}

/** Replaces `file` by what was run: a line for each execution kept, which stands for its share of the calls. */
export function writeLog(file: string, statements: readonly Statement[]): void {
  const lines = statements.flatMap(({ bindings, calls, rows }) =>
    bindings.map(({ sql, params, us }, i) => {
      const share = Math.floor(calls / bindings.length) + (i < calls % bindings.length ? 1 : 0)
      const ofRows = Math.round(rows / bindings.length)
      return JSON.stringify({
        sql,
        ...(params === null ? {} : { params: encoded(params) }),
        calls: share,
        ...(us === null ? {} : { ms: us / 1000 }),
        rows: ofRows,
      })
    }),
  )
  const partial = `${file}.partial`
  try {
    writeFileSync(partial, `${lines.join('\n')}\n`, { mode: 0o600 })
    renameSync(partial, file)
  } catch (cause) {
    rmSync(partial, { force: true })
    throw new PipelineError(
      'DATA_UNREADABLE',
      `${file} cannot be written: ${messageOf(cause)}`,
      'name a file in a folder you may write to',
      { cause },
    )
  }
}

const mapParams = (params: Params, change: (value: unknown) => unknown): Params =>
  Array.isArray(params)
    ? params.map(change)
    : Object.fromEntries(Object.entries(params).map(([name, value]) => [name, change(value)]))

/** What JSON has no form for: bytes, and whole numbers beyond 2^53. */
const encoded = (params: Params): Params =>
  mapParams(params, (value) => {
    if (typeof value === 'bigint') return { integer: String(value) }
    return ArrayBuffer.isView(value)
      ? { base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
      : value
  })

const decoded = (params: object): Params =>
  mapParams(params as Params, (value) => {
    if (typeof value === 'boolean') return Number(value)
    if (typeof value !== 'object' || value === null) return value
    if ('integer' in value) return BigInt(String(value.integer))
    if ('base64' in value) return Buffer.from(String(value.base64), 'base64')
    throw new TypeError(`"params" holds ${JSON.stringify(value)}`)
  })
