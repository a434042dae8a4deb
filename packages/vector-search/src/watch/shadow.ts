import type { GraphDepth } from '../graph/rescored.ts'
import { recallOf } from '../recall.ts'
import type { Neighbours } from '../types.ts'
import { type CusumLimits, cusum } from './cusum.ts'

/** What the watch has come to: the graph as tuned, the graph looked at deeper, or no graph until it is tuned again. */
export type Watch =
  | { mode: 'graph'; sum: number }
  | { mode: 'deeper'; sum: number; depth: GraphDepth }
  | { mode: 'exact' }

/** An alarm looks this many times deeper, at once. */
const raise = 2

/** The next state after a question of which `recall` was found. Pure. After the first alarm the graph is due to be tuned again. */
export function onShadow(
  watch: Watch,
  recall: number,
  depth: GraphDepth,
  deepestEf: number,
  limits: CusumLimits,
): Watch {
  if (watch.mode === 'exact') return watch
  const { sum, alarm } = cusum(watch.sum, recall, limits)
  if (!alarm) return { ...watch, sum }
  if (depth.ef >= deepestEf) return { mode: 'exact' }
  const ef = Math.min(deepestEf, raise * depth.ef)
  return { mode: 'deeper', sum: 0, depth: { ef, rescore: Math.min(ef, raise * depth.rescore) } }
}

export interface ShadowOptions extends CusumLimits {
  /** Of the questions, 0 to 1, chosen by `random`. */
  share: number
  /** Numbers from 0 to 1. */
  random(): number
  /** An alarm does not look at more nodes. */
  deepestEf: number
  /** Called when the state changes: the graph should be tuned and built again. */
  changed(watch: Watch): void
}

interface Watched {
  depth: GraphDepth
  search(query: Float32Array, k: number, rows?: Uint32Array): Neighbours
  exactSearch(query: Float32Array, k: number, rows?: Uint32Array): Neighbours
}

export interface Shadow extends Pick<Watched, 'search'> {
  readonly watch: Watch
  /** The graph was tuned anew: watch it afresh. */
  reset(): void
}

/**
 * Searches a graph and, for a share of the questions, exactly too, after the answer was given. When the graph is seen to lose neighbours, it
 * is looked at deeper at once; when that was not enough, every search is exact until `reset`.
 */
export function shadowed(index: Watched, options: ShadowOptions): Shadow {
  let watch: Watch = { mode: 'graph', sum: 0 }
  const look = (query: Float32Array, k: number, rows: Uint32Array | undefined, found: Neighbours) => {
    const truth = index.exactSearch(query, k, rows)
    const recall = recallOf({ search: () => found }, [query], [truth], k).mean
    const next = onShadow(watch, recall, index.depth, options.deepestEf, options)
    const changed = next.mode !== watch.mode || (next.mode === 'deeper' && next.depth.ef > index.depth.ef)
    watch = next
    if (!changed) return
    if (next.mode === 'deeper') index.depth = next.depth
    options.changed(next)
  }
  return {
    get watch() {
      return watch
    },
    search(query, k, rows) {
      if (watch.mode === 'exact') return index.exactSearch(query, k, rows)
      const found = index.search(query, k, rows)
      if (options.random() < options.share) setImmediate(look, query.slice(), k, rows, found)
      return found
    },
    reset() {
      watch = { mode: 'graph', sum: 0 }
    },
  }
}
