import { seededRandom, shuffled } from '@tenfold/measure'
import { type FlatIndex, type Neighbours, recallOf } from '../../src/index.ts'
import { k } from './graphs.ts'
import type { Peer } from './peers.ts'
import { race } from './race.ts'
import { ratio, round, rows } from './table.ts'

/** A tenth, a hundredth and a thousandth of the rows, against a graph that fetches twice what the filter should leave. */
export function filters(
  { ours, plain, graph }: { ours: FlatIndex; plain: FlatIndex; graph: Peer | undefined },
  judged: Float32Array[],
  rounds: number,
  block: number,
): void {
  for (const share of [0.1, 0.01, 0.001]) {
    const chosen = shuffled(
      Array.from({ length: ours.size }, (_, i) => i),
      seededRandom(5),
    ).slice(0, ours.size * share)
    const filter = Uint32Array.from(chosen).sort()
    const allowed = new Set(filter)
    const overFetch = (query: Float32Array): Neighbours => {
      const found = graph!.search(query, Math.min(ours.size, (2 * k) / share))
      const kept = [...found.rows.keys()].filter((i) => allowed.has(found.rows[i]!)).slice(0, k)
      return {
        rows: Uint32Array.from(kept, (i) => found.rows[i]!),
        scores: Float32Array.from(kept, (i) => found.scores[i]!),
      }
    }
    const engines = {
      bit: (query: Float32Array) => ours.search(query, k, filter),
      ...(graph && { 'usearch over-fetch': overFetch }),
    }
    const times = race(engines, judged, rounds, block)
    const truth = judged.map((query) => plain.search(query, k, filter))
    const recall = recallOf({ search: engines.bit }, judged, truth, k)
    const counts = judged.map((query) => engines.bit(query).rows.length)
    const whole = counts.every((count) => count === Math.min(k, filter.length))
    const wanted = share >= 0.1 ? 0.99 : 1
    const theirs = graph && recallOf({ search: overFetch }, judged, truth, k)
    const name = `filter of ${100 * share} %`
    rows.push({
      what: `${name}: recall@10, rows = min(k, matches)`,
      goal: share >= 0.1 ? '≥ 0.99' : '1',
      measured: round(recall.mean),
      interval: [round(recall.lowerBound), 1],
      met: whole && recall.mean >= wanted,
      why: `${Math.min(...counts)} rows at least; over-fetch finds ${theirs ? round(theirs.mean) : 'not measured'}`,
    })
    ratio(
      `${name} against usearch over-fetch`,
      share === 0.01 ? 7 : null,
      times,
      ['usearch over-fetch', 'bit'],
      `recall there ${theirs ? round(theirs.mean) : 'not measured'}, here ${round(recall.mean)}`,
    )
  }
}
