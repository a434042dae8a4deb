import { mean, quantile, seededRandom, shuffled } from '@tenfold/measure'

export type Racer = (texts: string[]) => Promise<unknown>
/** Seconds of each racer, round by round; a racer that left has fewer. */
export type Times = Record<string, number[]>

export interface RaceOptions {
  /** The same texts for all racers of a round. Round -1 is the warm-up. */
  textsOf(round: number): string[]
  rounds: number
  /** After two rounds only the fastest `keep` of `among` go on, besides `always`. */
  among: string[]
  keep: number
  always: string
}

/** All racers embed the same texts in each round, in coin order; one unscored round first. */
export async function race(racers: Record<string, Racer>, options: RaceOptions): Promise<Times> {
  const random = seededRandom(7)
  const times: Times = Object.fromEntries(Object.keys(racers).map((name) => [name, []]))
  let running = Object.keys(racers)
  for (let round = -1; round < options.rounds; round++) {
    const texts = options.textsOf(round)
    for (const name of shuffled(running, random)) {
      const start = performance.now()
      await racers[name]!(texts)
      if (round >= 0) times[name]!.push((performance.now() - start) / 1000)
    }
    if (round === 1) {
      const slow = [...options.among].sort((a, b) => mean(times[a]!) - mean(times[b]!)).slice(options.keep)
      running = running.filter((name) => !slow.includes(name) || name === options.always)
    }
  }
  return times
}

/** The racer of `among` with the shortest time, of those that ran to the end. */
export function fastest(times: Times, among: string[]): string {
  const rounds = Math.max(...among.map((name) => times[name]!.length))
  const finished = among.filter((name) => times[name]!.length === rounds)
  return finished.reduce((best, name) => (mean(times[name]!) < mean(times[best]!) ? name : best))
}

const resamples = 2000

/** Geometric mean over rounds of `slower` ÷ `faster`, with its 95 % percentile bootstrap interval over rounds. */
export function speedup(slower: number[], faster: number[]): { ratio: number; interval: [number, number] } {
  const logs = slower.map((seconds, round) => Math.log(seconds / faster[round]!))
  const random = seededRandom(logs.length)
  const means = Array.from({ length: resamples }, () => mean(logs.map(() => logs[Math.floor(random() * logs.length)]!)))
  return { ratio: Math.exp(mean(logs)), interval: [Math.exp(quantile(means, 0.025)), Math.exp(quantile(means, 0.975))] }
}
