import { limits } from '../limits.ts'
import type { Proposal } from '../preselect.ts'
import type { Trial } from './trial.ts'
import type { Workbench } from './workbench.ts'

export interface Refusal {
  ddl: string[]
  reason: string
  gain: number
  interval: [number, number]
}

export interface SearchOptions {
  bench: Workbench
  proposals: readonly Proposal[]
  databaseBytes: number
  /** Milliseconds since the epoch of performance.now() after which nothing more is tried. */
  until: number
  progress(done: number, of: number): void
}

/**
 * Adds what makes the workload fastest, one proposal after the other, each proven before the next is looked for; then takes away what the
 * later ones have made superfluous. (Greedy over single indexes and the sets one plan uses: AutoAdmin, Chaudhuri and Narasayya 1997, with
 * measured times in place of costs.)
 */
export function search(options: SearchOptions): { refused: Refusal[]; isComplete: boolean } {
  const { bench, proposals, until, progress } = options
  const refused: Refusal[] = []
  const harmful = new Map<string, Refusal>()
  const result = (isComplete: boolean) => {
    // slower alone may be faster beside another, and then it was accepted
    for (const { name } of bench.accepted) harmful.delete(name)
    return { refused: [...refused, ...harmful.values()], isComplete }
  }
  let open = [...proposals]
  let done = 0
  while (open.length > 0) {
    const ranked: { proposal: Proposal; us: number }[] = []
    const now = bench.estimate([])
    for (const proposal of open) {
      if (performance.now() > until) return result(false)
      ranked.push({ proposal, us: bench.estimate(proposal) })
      progress(++done, done + open.length - ranked.length)
    }
    for (const { proposal, us } of ranked)
      if (proposal.length === 1 && us > now * (1 + limits.minGain)) harmful.set(proposal[0]!.name, slower(proposal[0]!.ddl, us / now - 1))
    const [best] = ranked.filter(({ us }) => us < now * (1 - limits.minGain)).sort((x, y) => x.us - y.us)
    if (!best) break
    const trial = bench.tryAdding(best.proposal)
    const reason = objectionTo(trial, best.proposal, options)
    if (reason) refused.push({ ddl: best.proposal.map(({ ddl }) => ddl), reason, gain: trial.gain, interval: trial.interval })
    else bench.accept(best.proposal)
    open = open.filter((proposal) => proposal !== best.proposal && proposal.some((each) => !bench.accepted.includes(each)))
  }
  prune(bench)
  return result(true)
}

function objectionTo(trial: Trial, proposal: Proposal, { bench, databaseBytes }: SearchOptions): string | null {
  if (trial.objection) return trial.objection
  if (!(trial.gain >= limits.minGain && trial.interval[0] > 0))
    return `gains ${share(trial.gain)} [${share(trial.interval[0])}, ${share(trial.interval[1])}] of the workload, less than ${share(limits.minGain)} for certain`
  const bytes = [...bench.accepted, ...proposal].reduce((sum, { name }) => sum + (bench.bytes.get(name) ?? 0), 0)
  if (bytes > limits.sizeShare * databaseBytes)
    return `new indexes would take ${share(bytes / databaseBytes)} of the size of the database, ${share(limits.sizeShare)} is the most`
  const { beforeUs, afterUs } = bench.insertCost(proposal)
  if (afterUs > limits.writeRatio * Math.max(1, beforeUs))
    return `an insert would take ${(afterUs / beforeUs).toFixed(1)} times as long, ${limits.writeRatio} is the most`
  return null
}

const share = (value: number): string => `${(100 * value).toFixed(1)} %`

/** An index that nothing misses any more goes: one that a wider one has replaced, or half of a pair. */
function prune(bench: Workbench): void {
  for (const candidate of [...bench.accepted].slice(0, -1)) {
    const isMissed = ({ objection, gain }: Trial) => objection !== null || gain < -limits.minGain / 2
    bench.tryDropping(candidate, (trial) => !isMissed(trial))
  }
}

/** Named, so that nobody makes it by hand. */
const slower = (ddl: string, loss: number): Refusal => ({
  ddl: [ddl],
  reason: `makes the workload slower by ${share(loss)}`,
  gain: -loss,
  interval: [-loss, -loss],
})
