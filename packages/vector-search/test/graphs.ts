import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  buildGraph,
  type GraphShape,
  openFlatIndex,
  type Publication,
  publishGraph,
  rowsInMemory,
} from '../src/index.ts'

export const shape: GraphShape = { connectivity: 8, expansionAdd: 64, scalar: 'i8' }
export const all = (count: number) => Uint32Array.from({ length: count }, (_, row) => row)
export const row = (vectors: Float32Array, dims: number, i: number) => vectors.slice(i * dims, (i + 1) * dims)
export const exactIndex = (vectors: Float32Array, dims: number) =>
  openFlatIndex({ representation: 'f32', rescore: 1 }, vectors, dims)

/** A folder that goes away with the test. */
export function scratch(cleanUp: (remove: () => void) => void): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tenfold-graph-'))
  cleanUp(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Publishes a graph over these rows of `vectors`. */
export async function publish(
  folder: string,
  vectors: Float32Array,
  dims: number,
  { rows = all(vectors.length / dims), ...more }: Partial<Publication> & { rows?: Uint32Array } = {},
) {
  const graph = await buildGraph(shape, dims, rows, rowsInMemory(vectors, dims))
  const exact = exactIndex(vectors, dims)
  return publishGraph(folder, graph, {
    ...shape,
    model: 'm',
    lastRow: Math.max(...rows),
    through: 0,
    ef: 128,
    rescore: 40,
    recall: { k: 10, target: 0.9, queries: 50, mean: 1, lowerBound: 0.99, p5: 1 },
    mean: new Float32Array(dims),
    proof: [1, 2, 3, 4].map((i) => {
      const query = row(vectors, dims, i)
      return { query, truth: exact.search(query, 10, rows) }
    }),
    ...more,
  })
}

/**
 * Points the links of nodes of the lowest layer beyond the nodes there are. A node is its key (8 bytes), its level (2), the number of its
 * links (4) and room for twice `connectivity` of them (4 each); nodes lie in the order of adding, here by row.
 */
export function breakLinks(bytes: Buffer, rows: number): Buffer {
  let at = rows * 16
  for (let key = 0; key < rows; key++) {
    const isNode = (from: number) =>
      bytes.readBigUInt64LE(from) === BigInt(key) &&
      bytes.readUInt16LE(from + 8) < 8 &&
      bytes.readUInt32LE(from + 10) <= 16
    while (at + 78 <= bytes.length && !isNode(at)) at++
    if (at + 78 > bytes.length) break
    if (bytes.readUInt16LE(at + 8) === 0) bytes.fill(0x7f, at + 14, at + 14 + 4 * bytes.readUInt32LE(at + 10))
    at += 78
  }
  return bytes
}
