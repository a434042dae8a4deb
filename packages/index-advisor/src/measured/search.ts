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
  /** The time of performance.now() after which nothing more is tried. */
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
  let inVain = 0
  while (open.length > 0 && inVain < limits.trialsInVain) {
    const ranked: { proposal: Proposal; us: number }[] = []
    const now = bench.estimate([])
    for (const proposal of open) {
      if (performance.now() > until) return result(false)
      ranked.push({ proposal, us: bench.estimate(proposal) })
      progress(++done, done + open.length - ranked.length)
    }
    for (const { proposal, us } of ranked)
      if (proposal.length === 1 && us > now * (1 + limits.slowerShare))
        harmful.set(proposal[0]!.name, slower(proposal[0]!.ddl, us / now - 1))
    const [best] = ranked.filter(({ us }) => us < now * (1 - limits.minGain)).sort((x, y) => x.us - y.us)
    if (!best) break
    const trial = confirmed(bench, best.proposal)
    const reason = objectionTo(trial, best.proposal, options)
    inVain = reason ? inVain + 1 : 0
    if (reason)
      refused.push({ ddl: best.proposal.map(({ ddl }) => ddl), reason, gain: trial.gain, interval: trial.interval })
    else bench.accept(best.proposal)
    open = open.filter(
      (proposal) => proposal !== best.proposal && proposal.some((each) => !bench.accepted.includes(each)),
    )
  }
  swap(options)
  prune(bench)
  return result(performance.now() <= until)
}

/**
 * Small gains are looked at twice, and the smaller one counts: of many candidates that do nothing, one looks good. What is not certain
 * gets a second chance: something else may have run beside it.
 */
function confirmed(bench: Workbench, proposal: Proposal, replaced: Proposal = []): Trial {
  const first = bench.compare(proposal, replaced)
  if (first.objection || first.interval[1] < limits.minGain || first.interval[0] > limits.plainGain) return first
  const second = bench.compare(proposal, replaced)
  return second.objection || first.interval[0] <= 0 || second.gain < first.gain ? second : first
}

function objectionTo(trial: Trial, proposal: Proposal, { bench, databaseBytes }: SearchOptions): string | null {
  if (trial.objection) return trial.objection
  if (!(trial.gain >= limits.minGain && trial.interval[0] > 0))
    return `gains ${share(trial.gain)} [${share(trial.interval[0])}, ${share(trial.interval[1])}] of the workload, less than ${share(limits.minGain)} for certain`
  const bytes = [...bench.accepted, ...proposal].reduce((sum, { name }) => sum + (bench.bytes.get(name) ?? 0), 0)
  if (bytes > limits.sizeShare * databaseBytes)
    return `new indexes would take ${share(bytes / databaseBytes)} of the size of the database, ${share(limits.sizeShare)} is the most`
  const costs = proposal.flatMap(({ name }) => bench.insertUs.get(name) ?? [])
  const dear = costs.find(({ beforeUs, afterUs }) => afterUs > limits.writeRatio * Math.max(1, beforeUs))
  if (dear)
    return `an insert would take ${(dear.afterUs / dear.beforeUs).toFixed(1)} times as long, ${limits.writeRatio} is the most`
  return null
}

/** The first choice was made when nothing else was there: another index of the same table may serve all together better. */
function swap(options: SearchOptions): void {
  const { bench, proposals, until } = options
  const singles = proposals.filter((proposal) => proposal.length === 1).flat()
  for (let round = bench.accepted.length; round > 0 && performance.now() <= until; round--) {
    const now = bench.estimate([])
    const pairs = bench.accepted.flatMap((old) =>
      singles
        .filter((each) => each.table === old.table && !bench.accepted.includes(each) && bench.canReplace(old, each))
        .map((candidate) => ({ old, candidate, us: bench.estimate([candidate], [old]) })),
    )
    const [best] = pairs.filter(({ us }) => us < now * (1 - limits.minGain)).sort((x, y) => x.us - y.us)
    if (!best || objectionTo(confirmed(bench, [best.candidate], [best.old]), [best.candidate], options)) return
    bench.accept([best.candidate], [best.old])
  }
}

const share = (value: number): string => `${(100 * value).toFixed(1)} %`

/** An index that nothing misses any more goes: one that a wider one has replaced, or half of a pair. */
function prune(bench: Workbench): void {
  for (const candidate of [...bench.accepted]) {
    if (bench.preventsScan(candidate)) continue
    if (bench.estimate([], [candidate]) > bench.estimate([]) * (1 + limits.minGain)) continue
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
