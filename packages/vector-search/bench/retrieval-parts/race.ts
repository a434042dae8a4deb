import { mean, quantile, seededRandom, shuffled } from '@tenfold/measure'

/** Milliseconds of a block, engine by engine, round by round. */
export type Times = Record<string, number[]>
export type Search = (query: Float32Array) => unknown

/** Engines in coin order, a block of queries each, the same ones in a round; the first `warm` rounds are not scored. */
export function race(
  engines: Record<string, Search>,
  queries: Float32Array[],
  rounds: number,
  block: number,
  warm = 2,
): Times {
  const random = seededRandom(3)
  const times: Times = Object.fromEntries(Object.keys(engines).map((name) => [name, []]))
  for (let round = -warm; round < rounds; round++) {
    const from = (round + warm) * block
    const asked = Array.from({ length: block }, (_, i) => queries[(from + i) % queries.length]!)
    for (const name of shuffled(Object.keys(engines), random)) {
      const start = performance.now()
      for (const query of asked) engines[name]!(query)
      if (round >= 0) times[name]!.push((performance.now() - start) / block)
    }
  }
  return times
}

const resamples = 2000

/** Geometric mean over rounds of `slower` ÷ `faster`, with its 95 % bootstrap interval over rounds. */
export function speedup(slower: number[], faster: number[]): { ratio: number; interval: [number, number] } {
  const logs = slower.map((ms, round) => Math.log(ms / faster[round]!))
  const random = seededRandom(logs.length)
  const means = Array.from({ length: resamples }, () => mean(logs.map(() => logs[Math.floor(random() * logs.length)]!)))
  return { ratio: Math.exp(mean(logs)), interval: [Math.exp(quantile(means, 0.025)), Math.exp(quantile(means, 0.975))] }
}
