import type { GraphManifest } from '../graph/manifest.ts'

/** Rows as they are now. */
export interface RowsNow {
  model: string
  /** Rows with a new vector since the build, and rows that are gone. */
  added: number
  gone: number
  /** Mean of the vectors now, or of the latest some thousand. */
  mean?: Float32Array
}

const mostAdded = 0.2
const mostGone = 0.2
/** Distance of the means, as a share of the distance of a vector from the mean. The mean of 1000 vectors strays 0.03 by chance. */
const mostDrift = 0.1

/** Why a graph should be tuned and built again; empty while there is no reason. */
export function retuneReasons(manifest: Pick<GraphManifest, 'model' | 'rows' | 'mean'>, now: RowsNow): string[] {
  const percent = (count: number) => `${((100 * count) / manifest.rows).toFixed(0)} %`
  const drift = now.mean ? driftOf(manifest.mean, now.mean) : 0
  return [
    now.model !== manifest.model && `the model is ${now.model}, the graph is of ${manifest.model}`,
    now.added > mostAdded * manifest.rows && `${percent(now.added)} more rows than the graph has`,
    now.gone > mostGone * manifest.rows && `${percent(now.gone)} of its rows are gone`,
    drift > mostDrift && `the mean of the vectors moved by ${drift.toFixed(2)} of their spread`,
  ].filter((reason) => reason !== false)
}

/** For unit vectors: their mean squared distance from the mean is 1 − |mean|². */
function driftOf(before: readonly number[], now: Float32Array): number {
  const squared = before.reduce((sum, x) => sum + x * x, 0)
  const moved = Math.sqrt(before.reduce((sum, x, i) => sum + (x - now[i]!) ** 2, 0))
  return moved / Math.sqrt(Math.max(1e-6, 1 - squared))
}
