import { createHash } from 'node:crypto'
import { loadPeer, withRetries } from '@tenfold/store-kit'
import type { Client, ClientConfig, Pool, PoolClient } from 'pg'
import { explain, passes } from './failures.ts'
import { limits } from './limits.ts'

type Row = Record<string, unknown>

/** Settings of a session that a search needs, by name. */
export type Session = Readonly<Record<string, string>>

/** The server behind a pool. Failures are explained; what may pass is tried again within the budget. */
export interface Database {
  readonly url: string
  rows<Result = Row>(text: string, values?: unknown[], session?: Session): Promise<Result[]>
  /** All of it or nothing; tried again as a whole, so it must do the same each time. */
  transaction<Result>(work: (query: Query) => Promise<Result>): Promise<Result>
  /** Prepared statements that a connection holds by the name of this text. */
  preparedFor(text: string): Promise<number>
  readonly pool: { max: number; min: number; open(): number; waiting(): number }
  close(): Promise<void>
}

/** An ingest asks for hashes of documents and of chunks while it writes. */
const togetherAtMost = 3

export type Query = <Result = Row>(text: string, values?: unknown[]) => Promise<Result[]>

export interface DatabaseOptions {
  url: string
  poolMin: number
  poolMax: number
  /** Statements are prepared once per connection. */
  prepare: boolean
  signal?: AbortSignal | undefined
}

export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, poolMin, poolMax, prepare, signal } = options
  const { default: pg } = await loadPeer('pg', () => import('pg'))
  /** Waits less for the server than for a free connection, which the pool would take for the same. */
  class PoolClientOf extends (pg.Client as typeof Client) {
    constructor(config?: string | ClientConfig) {
      super({ ...(config as ClientConfig), connectionTimeoutMillis: limits.connectMs })
    }
  }
  const pool: Pool = new pg.Pool({
    connectionString: url,
    min: poolMin,
    max: poolMax,
    idleTimeoutMillis: limits.idleMs,
    connectionTimeoutMillis: limits.acquireMs,
    statement_timeout: limits.statementMs,
    application_name: 'tenfold',
    allowExitOnIdle: true,
    Client: PoolClientOf,
  })
  // a connection that is lost while idle, or between two queries of a transaction: whoever asks next is told
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const sessions = new WeakMap<PoolClient, Record<string, string>>()
  const names = new Map<string, string>()
  const nameOf = (text: string) => {
    const known = names.get(text) ?? createHash('sha256').update(text).digest('base64url').slice(0, 20)
    names.set(text, known)
    return known
  }
  const queryOf = (text: string, values: unknown[]) =>
    prepare ? { name: nameOf(text), text, values } : { text, values }

  const settle = async (client: PoolClient, session: Session) => {
    const known = sessions.get(client) ?? {}
    const changed = Object.entries(session).filter(([name, value]) => known[name] !== value)
    if (changed.length === 0) return
    const calls = changed.map((_, i) => `set_config($${2 * i + 1}, $${2 * i + 2}, false)`)
    await client.query(`SELECT ${calls.join(', ')}`, changed.flat())
    sessions.set(client, { ...known, ...session })
  }
  const once = async <Result>(text: string, values: unknown[], session?: Session) => {
    if (!session) return (await pool.query(queryOf(text, values))).rows as Result[]
    const client = await pool.connect()
    let failed: Error | undefined
    try {
      await settle(client, session)
      return (await client.query(queryOf(text, values))).rows as Result[]
    } catch (error) {
      failed = error as Error
      throw error
    } finally {
      client.release(failed && passes(failed))
    }
  }
  const steadily = async <Result>(work: () => Promise<Result>, budgetMs = limits.retryMs): Promise<Result> => {
    try {
      return await work()
    } catch (error) {
      if (!passes(error)) throw explain(error, url)
      try {
        return await withRetries(work, { budgetMs, signal, passes })
      } catch (last) {
        throw explain(last, url)
      }
    }
  }
  const transactOnce = async <Result>(work: (query: Query) => Promise<Result>) => {
    const client = await pool.connect()
    let lost: unknown
    try {
      await client.query('BEGIN')
      const result = await work(
        async <Each>(text: string, values: unknown[] = []) => (await client.query(text, values)).rows as Each[],
      )
      await client.query('COMMIT')
      return result
    } catch (error) {
      lost = passes(error)
      await client.query('ROLLBACK').catch(() => {
        lost = true
      })
      throw error
    } finally {
      client.release(lost === true)
    }
  }

  const database: Database = {
    url,
    rows: (text, values = [], session) => steadily(() => once(text, values, session)),
    transaction: (work) => steadily(() => transactOnce(work)),
    async preparedFor(text) {
      const client = await pool.connect()
      try {
        await client.query(queryOf(text, []))
        const found = await client.query('SELECT 1 FROM pg_prepared_statements WHERE name = $1', [nameOf(text)])
        return found.rows.length
      } finally {
        client.release()
      }
    },
    pool: {
      max: pool.options.max ?? poolMax,
      min: pool.options.min ?? poolMin,
      open: () => pool.totalCount,
      waiting: () => pool.waitingCount,
    },
    async close() {
      if (!pool.ended && !pool.ending) await pool.end()
    },
  }
  try {
    // at once, and not when they are needed: an encoder that keeps this thread busy makes a greeting take longer than is waited for
    const count = Math.max(poolMin, Math.min(poolMax, togetherAtMost))
    const hello = () => settled(Array.from({ length: count }, () => pool.connect()))
    for (const client of await steadily(hello, limits.retryMs / 4)) client.release()
    return database
  } catch (error) {
    await pool.end().catch(() => {})
    throw error
  }
}

/** All clients, or the first failure once none is left on its way: one that came later would never be given back. */
async function settled(connecting: Promise<PoolClient>[]): Promise<PoolClient[]> {
  const outcomes = await Promise.allSettled(connecting)
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  const clients = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  if (!failed) return clients
  for (const client of clients) client.release(true)
  throw failed.reason
}
