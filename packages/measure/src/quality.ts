import { seededRandom } from './random.ts'
import { mean, quantile } from './statistics.ts'

type Judgements = Record<string, number>

/** Relevant documents among the first `k`, as a share of all relevant ones. */
export function recallAt(k: number, ids: readonly string[], relevant: Judgements): number {
  const wanted = Object.keys(relevant).filter((id) => relevant[id]! > 0)
  const found = new Set(ids.slice(0, k))
  return wanted.filter((id) => found.has(id)).length / wanted.length
}

/** nDCG of the first `k` with gain = grade and discount log2(rank + 1) (Järvelin and Kekäläinen 2002, as in trec_eval). */
export function ndcgAt(k: number, ids: readonly string[], relevant: Judgements): number {
  const gain = (grades: number[]) => grades.reduce((sum, grade, i) => sum + grade / Math.log2(i + 2), 0)
  const ideal = Object.values(relevant)
    .filter((grade) => grade > 0)
    .sort((a, b) => b - a)
    .slice(0, k)
  return gain(ids.slice(0, k).map((id) => (Object.hasOwn(relevant, id) ? relevant[id]! : 0))) / gain(ideal)
}

/** Does `text` contain one of `accept`, letter case and white space aside? */
export function containsAny(text: string, accept: readonly string[]): boolean {
  const plain = (value: string) => value.toLowerCase().replace(/\s+/g, ' ').trim()
  const haystack = plain(text)
  return accept.some((wanted) => haystack.includes(plain(wanted)))
}

export interface NonInferiority {
  before: number
  after: number
  /** One-sided 95 % bound of mean(after) − mean(before), by bootstrap over pairs. */
  bound: number
  passed: boolean
}

const resamples = 2000

/**
 * Paired non-inferiority: is the mean difference, at its pessimistic 95 % bound, inside the margin? For `>=` a loss counts,
 * for `<=` a growth does. Percentile bootstrap over pairs (Efron and Tibshirani 1993), fixed seed so that anybody gets the same bound.
 */
export function nonInferior(
  before: readonly number[],
  after: readonly number[],
  operator: '>=' | '<=',
  margin: number,
): NonInferiority {
  const differences = after.map((value, i) => value - before[i]!)
  const random = seededRandom(differences.length)
  const means = Array.from({ length: resamples }, () =>
    mean(differences.map(() => differences[Math.floor(random() * differences.length)]!)),
  )
  const bound = quantile(means, operator === '>=' ? 0.05 : 0.95)
  return {
    before: mean(before),
    after: mean(after),
    bound,
    passed: operator === '>=' ? bound >= -margin : bound <= margin,
  }
}

/**
 * Interval of ln(p95 candidate ÷ p95 incumbent) by resampling pairs; [low, high] as ratios. Only meaningful from 400 pairs
 * (below that a 95 % interval of the ratio is wider than ±30 %).
 */
export const tailRatioInterval = (before: readonly number[], after: readonly number[], tail = 0.95): [number, number] =>
  pairedRatioInterval(before, after, (values) => quantile(values, tail))

/** 95 % interval of mean(after) ÷ mean(before) by resampling pairs: how a sum of work changed, large pairs counting for more. */
export const meanRatioInterval = (before: readonly number[], after: readonly number[]): [number, number] =>
  pairedRatioInterval(before, after, mean)

function pairedRatioInterval(
  before: readonly number[],
  after: readonly number[],
  reduce: (values: readonly number[]) => number,
): [number, number] {
  const random = seededRandom(before.length)
  const ratios = Array.from({ length: resamples / 2 }, () => {
    const rows = before.map(() => Math.floor(random() * before.length))
    return reduce(rows.map((row) => after[row]!)) / reduce(rows.map((row) => before[row]!))
  })
  return [quantile(ratios, 0.025), quantile(ratios, 0.975)]
}
