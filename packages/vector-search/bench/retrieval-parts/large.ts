import { type FlatIndex, openFlatIndex, recallOf } from '../../src/index.ts'
import { k } from './graphs.ts'
import { ours } from './ours.ts'
import { sqliteVec } from './peers.ts'
import { race } from './race.ts'
import { ratio, round } from './table.ts'
import { dims } from './vectors.ts'

export async function large(
  { name, vectors }: { name: string; vectors: Float32Array },
  judged: Float32Array[],
  tune: Float32Array[],
  rounds: number,
  block: number,
): Promise<void> {
  const { fitted, rescore, indexes } = ours(vectors, tune, ['bit'])
  const [[, bit]] = indexes as [readonly ['bit', FlatIndex]]
  const vec = await sqliteVec(vectors, dims)
  const times = race(
    { bit: (query) => bit.search(query, k), ...(vec && { 'sqlite-vec': (query) => vec.search(query, k) }) },
    judged,
    rounds,
    block,
    1,
  )
  const exact = openFlatIndex({ representation: 'f32', rescore: k }, vectors, dims)
  const recall = recallOf(
    bit,
    judged,
    judged.map((query) => exact.search(query, k)),
    k,
  )
  const why = `recall@10 ${round(recall.mean)}, lower bound ${round(recall.lowerBound)}, ${judged.length} questions; ${fitted}; ${name}, ${dims} dimensions`
  ratio(`${bit.size} rows: bits + ${rescore} rescored against sqlite-vec f32`, 40, times, ['sqlite-vec', 'bit'], why)
  vec?.close()
}
