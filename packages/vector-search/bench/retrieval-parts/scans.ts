import { median } from '@tenfold/measure'
import { type FlatIndex, openFlatIndex, recallOf } from '../../src/index.ts'
import { enginesOf } from '../../src/kernels/engine.ts'
import { filters } from './filters.ts'
import { k } from './graphs.ts'
import { ours } from './ours.ts'
import { type Peer, reader, sqliteVec, usearch } from './peers.ts'
import { race } from './race.ts'
import { ratio, round, rows } from './table.ts'
import { dims, type Sample } from './vectors.ts'

/** Without their sentences, which lie close to them. */
export function passagesAlone(vectors: Float32Array, judged: Float32Array[], tune: Float32Array[]): void {
  const { fitted, rescore, indexes } = ours(vectors, tune, ['f32', 'bit'])
  const [exact, bit] = indexes.map(([, index]) => index) as [FlatIndex, FlatIndex]
  const truth = judged.map((query) => exact.search(query, k))
  const recall = recallOf(bit, judged, truth, k)
  rows.push({
    what: `${vectors.length / dims} passages of cppdocs alone: bits + ${rescore} rescored, recall@10`,
    goal: '≥ 0.995',
    measured: round(recall.mean),
    interval: [round(recall.lowerBound), 1],
    met: recall.mean >= 0.995,
    why: `${fitted}; ${judged.length} other questions`,
  })
}

export async function scans(
  { name, vectors }: Sample,
  judged: Float32Array[],
  tune: Float32Array[],
  rounds: number,
  block: number,
): Promise<void> {
  const { fitted, rescore, indexes } = ours(vectors, tune, ['f32', 'int8', 'bit'])
  const [f32, int8, bit] = indexes.map(([, index]) => index) as [FlatIndex, FlatIndex, FlatIndex]
  const plain = openFlatIndex({ representation: 'f32', rescore: k }, vectors, dims, enginesOf().at(-1))
  process.stderr.write('building the peers\n')
  const vec = await sqliteVec(vectors, dims)
  const u = await usearch(vectors, dims)
  const read = reader(vectors.byteLength)
  const search = (index: Pick<FlatIndex, 'search'> | Peer) => (query: Float32Array) => index.search(query, k)
  const times = race(
    {
      read,
      f32: search(f32),
      int8: search(int8),
      bit: search(bit),
      'plain JavaScript': search(plain),
      ...(vec && { 'sqlite-vec': search(vec) }),
      ...(u && { 'usearch exact': search(u.exact), 'usearch HNSW': search(u.graph) }),
    },
    judged,
    rounds,
    block,
  )
  for (const [name, ms] of Object.entries(times)) process.stderr.write(`${name}: ${round(median(ms))} ms\n`)
  const truth = judged.map((query) => plain.search(query, k))
  const recall = (index: Pick<FlatIndex, 'search'>) => recallOf(index, judged, truth, k)
  const found = { f32: recall(f32), int8: recall(int8), bit: recall(bit), ...(u && { hnsw: recall(u.graph) }) }
  const n = `${name}, ${dims} dimensions, ${rounds} rounds of ${block} questions, ${f32.engine}, pages of ${f32.hugePages ? '2 MiB' : '4 KiB'}`
  const seen = (name: keyof typeof found) =>
    `recall@10 ${round(found[name]!.mean)}, lower bound ${round(found[name]!.lowerBound)}, ${judged.length} other questions`

  const gigabytes = (name: string) => round(vectors.byteLength / median(times[name]!) / 1e6)
  ratio(
    'f32 scan: share of the read bandwidth',
    0.65,
    times,
    ['read', 'f32'],
    `${gigabytes('read')} GB/s read, ${gigabytes('f32')} GB/s scanned; ${n}`,
    'of it',
  )
  ratio('f32 scan against sqlite-vec f32', 3, times, ['sqlite-vec', 'f32'], `${seen('f32')}; ${n}`)
  ratio('f32 scan against plain JavaScript with four sums', 2.5, times, ['plain JavaScript', 'f32'], n)
  ratio('f32 scan against usearch exact', null, times, ['usearch exact', 'f32'], `the best native scan; ${n}`)
  ratio('int8 + 40 rescored against sqlite-vec f32', 8, times, ['sqlite-vec', 'int8'], `${seen('int8')}; ${n}`)
  ratio('int8 + 40 rescored against own f32', 3, times, ['f32', 'int8'], n)
  rows.push({
    what: 'int8 + 40 rescored, recall@10',
    goal: '1.0',
    measured: round(found.int8.mean),
    interval: [round(found.int8.lowerBound), 1],
    met: found.int8.mean === 1,
    why: n,
  })
  ratio(`bits + ${rescore} rescored against sqlite-vec f32`, 60, times, ['sqlite-vec', 'bit'], `${seen('bit')}; ${n}`)
  rows.push({
    what: `bits + ${rescore} rescored, recall@10`,
    goal: '≥ 0.995',
    measured: round(found.bit.mean),
    interval: [round(found.bit.lowerBound), 1],
    met: found.bit.mean >= 0.995,
    why: `${fitted}; ${n}`,
  })
  const code = bit.bytes - f32.bytes
  rows.push({
    what: 'codes of bits: share of the bytes of f32',
    goal: '1/32',
    measured: round(code / f32.bytes),
    interval: null,
    met: code * 32 <= f32.bytes,
    why: `${code} of ${f32.bytes} bytes`,
  })
  if (u)
    ratio(
      `bits + ${rescore} rescored against usearch HNSW f32, defaults`,
      null,
      times,
      ['usearch HNSW', 'bit'],
      `${seen('bit')}, of HNSW ${round(found.hnsw!.mean)}`,
    )
  filters({ ours: bit, plain, graph: u?.graph }, judged, rounds, block)
  vec?.close()
}
