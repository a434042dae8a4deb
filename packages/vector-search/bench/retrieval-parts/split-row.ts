import { type IndexOptions, openFlatIndex } from '../../src/index.ts'
import { race } from './race.ts'
import { ratio } from './table.ts'

const k = 10
const goal = 1.6
const scans: { named: string; options: IndexOptions; goal: number | null }[] = [
  { named: 'f32 scan', options: { representation: 'f32', rescore: k }, goal },
  { named: 'int8 + 40 rescored,', options: { representation: 'int8', rescore: 40 }, goal: null },
]

/** Scans of the same rows by one thread and by two, in turn: the second reads what the first has not taken. */
export async function splitRow(
  vectors: Float32Array,
  dims: number,
  judged: Float32Array[],
  rounds: number,
  block: number,
): Promise<void> {
  const count = vectors.length / dims
  for (const { named, options, goal } of scans) {
    const one = openFlatIndex(options, vectors, dims)
    const two = openFlatIndex({ ...options, threads: 2 }, vectors, dims)
    await two.ready()
    const times = race(
      { 'one thread': (query) => one.search(query, k), 'two threads': (query) => two.search(query, k) },
      judged,
      rounds,
      block,
    )
    const differing = judged.filter((query) => `${one.search(query, k).rows}` !== `${two.search(query, k).rows}`).length
    ratio(
      `${named} split between two threads against one, ${count} rows`,
      goal,
      times,
      ['one thread', 'two threads'],
      `${two.threads} threads, ${differing} of ${judged.length} answers differ; ${count} x ${dims}, ${rounds} rounds of ${block} questions, ${two.engine}, pages of ${two.hugePages ? '2 MiB' : '4 KiB'}`,
    )
    one.close()
    two.close()
  }
}
