import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { dims } from './vectors.ts'

export interface PgVector {
  buildSeconds: number
  /** Of the graph on disk. */
  bytes: number
  /** Rows in order; candidates are hnsw.ef_search. */
  search(query: Float32Array, k: number, candidates: number): Promise<number[]>
  close(): Promise<void>
}

const script = path.resolve(import.meta.dirname, '../../../../scripts/servers/postgres.sh')
const server = (command: string, folder: string) =>
  execFileSync(script, [command, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    .toString()
    .trim()
/** What a careful owner of this server gives it: the graph fits either. */
const settings = ["shared_buffers = '3GB'", "maintenance_work_mem = '3GB'", "max_wal_size = '8GB'"]

/** pgvector with 16-bit floats and its default graph (m 16, ef_construction 64), in a server of its own. */
export async function openPgVector(vectors: Float32Array): Promise<PgVector> {
  const home = mkdtempSync(path.join(tmpdir(), 'tenfold-bench-pgvector-'))
  // the server may be another user, who must get to its folder and read the file
  chmodSync(home, 0o711)
  const folder = path.join(home, 'server')
  const connect = async () => {
    const client = new pg.Client(url)
    await client.connect()
    return client
  }
  const url = server('start', folder)
  const first = await connect()
  for (const each of settings) await first.query(`ALTER SYSTEM SET ${each}`)
  await first.end()
  server('restart', folder)
  const client = await connect()
  const file = path.join(home, 'rows')
  writeRows(file, vectors)
  await client.query('CREATE EXTENSION vector')
  await client.query(`CREATE TABLE rows (id int, v halfvec(${dims}))`)
  await client.query(`COPY rows FROM '${file}' (FORMAT binary)`)
  rmSync(file)
  const start = performance.now()
  await client.query('CREATE INDEX graph ON rows USING hnsw (v halfvec_ip_ops)')
  const buildSeconds = (performance.now() - start) / 1000
  const { rows } = await client.query(`SELECT pg_relation_size('graph') AS bytes`)
  let set = 0
  return {
    buildSeconds,
    bytes: Number(rows[0].bytes),
    async search(query, k, candidates) {
      if (candidates !== set) await client.query(`SET hnsw.ef_search = ${candidates}`)
      set = candidates
      const found = await client.query({
        name: 'nearest',
        text: 'SELECT id FROM rows ORDER BY v <#> $1 LIMIT $2',
        values: [`[${query.join(',')}]`, k],
      })
      return found.rows.map(({ id }) => id)
    },
    async close() {
      await client.end()
      server('stop', folder)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

const rowsAtOnce = 10_000

/** Rows in PostgreSQL's binary format of COPY: of each, a number and a halfvec (dimensions, two spare bytes, 16-bit floats, all big-endian). */
function writeRows(file: string, vectors: Float32Array): void {
  const rows = vectors.length / dims
  const handle = openSync(file, 'w', 0o644)
  writeSync(handle, Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1'))
  const rowBytes = 2 + 4 + 4 + 4 + 4 + 2 * dims
  for (let from = 0; from < rows; from += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, rows - from)
    const bytes = Buffer.alloc(count * rowBytes)
    for (let row = 0, at = 0; row < count; row++) {
      at = bytes.writeInt16BE(2, at)
      at = bytes.writeInt32BE(4, at)
      at = bytes.writeInt32BE(from + row, at)
      at = bytes.writeInt32BE(4 + 2 * dims, at)
      at = bytes.writeInt16BE(dims, at) + 2
      for (let i = 0; i < dims; i++, at += 2) bytes.writeUInt16BE(half(vectors[(from + row) * dims + i]!), at)
    }
    writeSync(handle, bytes)
  }
  writeSync(handle, Buffer.from([0xff, 0xff]))
  closeSync(handle)
}

const one = new Float32Array(1)
const bits = new Uint32Array(one.buffer)
/** IEEE 754 binary16 of a number of at most 1, to the nearest; below 2⁻¹⁴ it is 0. */
function half(value: number): number {
  one[0] = value
  const sign = (bits[0]! >>> 16) & 0x8000
  const rounded = (bits[0]! & 0x7fffffff) + 0x1000
  return rounded < 0x38800000 ? sign : sign | ((rounded - 0x38000000) >>> 13)
}
