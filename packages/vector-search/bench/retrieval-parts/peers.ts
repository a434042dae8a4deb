import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { adviseHugePages } from '@tenfold/measure'
import type { Neighbours } from '../../src/index.ts'
import { bestEngine } from '../../src/kernels/engine.ts'
import { pageBytes } from '../../src/kernels/kernel.ts'

/** Another engine over the same rows. Nothing where its package is not installed. */
export interface Peer {
  search(query: Float32Array, k: number): Neighbours
  close(): void
}

const blob = (vector: Float32Array) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)

async function optional<Module>(load: () => Promise<Module>): Promise<Module | undefined> {
  try {
    return await load()
  } catch (error) {
    process.stderr.write(`not available here: ${String(error)}\n`)
    return undefined
  }
}

/** sqlite-vec as its npm package comes, f32, defaults, a file in the page cache. */
export async function sqliteVec(vectors: Float32Array, dims: number): Promise<Peer | undefined> {
  const found = await optional(async () => {
    const [vec, { default: Database }] = await Promise.all([import('sqlite-vec'), import('better-sqlite3')])
    const folder = mkdtempSync(path.join(tmpdir(), 'tenfold-bench-retrieval-'))
    const db = new Database(path.join(folder, 'vectors.db'))
    vec.load(db)
    return { db, folder }
  })
  if (!found) return undefined
  const { db, folder } = found
  db.exec(`CREATE VIRTUAL TABLE rows USING vec0(vector float[${dims}])`)
  const insert = db.prepare('INSERT INTO rows(rowid, vector) VALUES (?, ?)')
  db.transaction(() => {
    for (let row = 0; row < vectors.length / dims; row++)
      insert.run(BigInt(row), blob(vectors.subarray(row * dims, (row + 1) * dims)))
  })()
  const nearest = db.prepare('SELECT rowid AS row, distance FROM rows WHERE vector MATCH ? AND k = ?')
  return {
    search(query, k) {
      const hits = nearest.all(blob(query), k) as { row: number; distance: number }[]
      // of unit vectors: |a − b|² = 2 − 2ab
      const scores = Float32Array.from(hits, ({ distance }) => 1 - distance ** 2 / 2)
      return { rows: Uint32Array.from(hits, ({ row }) => row), scores }
    },
    close() {
      db.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Found {
  keys: BigUint64Array
  distances: Float32Array
}
const neighbours = ({ keys, distances }: Found): Neighbours => ({
  rows: Uint32Array.from(keys, Number),
  scores: distances.map((distance) => 1 - distance),
})

/** usearch: its exact search, and its HNSW graph with f32 and defaults (16 links, 128 and 64 candidates). */
export async function usearch(vectors: Float32Array, dims: number): Promise<{ exact: Peer; graph: Peer } | undefined> {
  const library = await optional(() => import('usearch'))
  if (!library) return undefined
  const { Index, MetricKind, ScalarKind, exactSearch } = library
  const graph = new Index(dims, MetricKind.IP, ScalarKind.F32)
  const keys = BigUint64Array.from({ length: vectors.length / dims }, (_, row) => BigInt(row))
  graph.add(keys, vectors)
  return {
    exact: {
      // a view into a larger array would be read from its start
      search: (query, k) =>
        neighbours(exactSearch(vectors, query.slice(), dims, k, MetricKind.IP, 1) as unknown as Found),
      close: () => {},
    },
    graph: { search: (query, k) => neighbours(graph.search(query, k, 1) as unknown as Found), close: () => {} },
  }
}

/** Reads as many bytes as the rows have, by the C library's search for a byte that is not there: what the memory can give. */
export function reader(bytes: number): () => number {
  // memory of the same kind as the scans read
  const { memory } = bestEngine().open()
  memory.grow(Math.ceil(bytes / pageBytes))
  const ones = Buffer.from(memory.buffer, 0, bytes)
  adviseHugePages(ones)
  ones.fill(1)
  return () => ones.indexOf(0)
}
