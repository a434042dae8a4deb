import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { mean, ndcgAt, nonInferior } from '@tenfold/measure'
import type { Encoder } from '../../src/index.ts'
import type { BenchData } from './data.ts'

/** Vectors of the first `count` documents and all claims, kept under `name` in `folder`: the same graph gives the same. */
export async function vectorsOf(encoder: Encoder, data: BenchData, count: number, folder: string, name: string) {
  const file = path.join(folder, `${name}.${count}.f32`)
  const docs = existsSync(file)
    ? new Float32Array(new Uint8Array(readFileSync(file)).buffer)
    : await encoder.embed(data.docs.slice(0, count).map(({ text }) => text))
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(`${file}.tmp`, docs)
    renameSync(`${file}.tmp`, file)
  }
  const claims: Float32Array[] = []
  for (const { text } of data.judged) claims.push(await encoder.embed([text], { lane: 'query' }))
  return { docs, claims }
}

type Vectors = Awaited<ReturnType<typeof vectorsOf>>

/** Cosines of the same documents, and nDCG@10 of each claim by an exact scan. */
export function compareQuality(exact: Vectors, small: Vectors, data: BenchData) {
  const dims = exact.claims[0]!.length
  const count = exact.docs.length / dims
  const row = ({ docs }: Vectors, i: number) => docs.subarray(i * dims, (i + 1) * dims)
  const cosines = Array.from({ length: count }, (_, i) => dot(row(exact, i), row(small, i)))
  const ids = data.docs.map(({ id }) => id)
  const scores = (vectors: Vectors) =>
    data.judged.map(({ relevant }, claim) => {
      const similar = Float64Array.from({ length: count }, (_, i) => dot(row(vectors, i), vectors.claims[claim]!))
      const best = [...similar.keys()].sort((a, b) => similar[b]! - similar[a]!).slice(0, 10)
      return ndcgAt(
        10,
        best.map((i) => ids[i]!),
        relevant,
      )
    })
  const [before, after] = [scores(exact), scores(small)]
  return { meanCosine: mean(cosines), minCosine: Math.min(...cosines), ndcg: nonInferior(before, after, '>=', 0.01) }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
