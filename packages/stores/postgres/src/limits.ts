/** How long anything is waited for, in milliseconds. */
export interface Limits {
  /** A connection of the pool that is free, or a new one. */
  acquireMs: number
  /** The server's hello. */
  connectMs: number
  /** A connection without work is closed after this, down to the fewest kept. */
  idleMs: number
  /** The server ends a statement that takes longer; builds of indexes and copies have no limit. */
  statementMs: number
  /** Further tries while the server restarts or has hung up; at the first connection a quarter of it. */
  retryMs: number
  /** An index whose folders are all gone is kept this long after it was last opened: a folder may be about to be renamed. */
  graceMs: number
}

/** Pool times by the requirement S3-35. */
export const limits: Limits = {
  acquireMs: 30_000,
  connectMs: 3000,
  idleMs: 600_000,
  statementMs: 60_000,
  retryMs: 8000,
  graceMs: 600_000,
}

/** Where the server is: TENFOLD_POSTGRES_URL, or one with the usual settings on this machine. */
export const serverUrl = (): string =>
  process.env.TENFOLD_POSTGRES_URL || 'postgres://postgres:postgres@127.0.0.1:5432/postgres'
