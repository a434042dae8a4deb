import {
  type Evidence,
  isMetricName,
  type Judged,
  messageOf,
  metrics,
  type SampleLine,
  tailClaimSamples,
} from '@tenfold/contracts'
import { evidenceSchema } from '@tenfold/contracts/schemas'
import { workloads } from '@tenfold/harness'
import { coinsOf, figuresOf, nonInferior, tailOf } from '@tenfold/measure'
import { digestOf } from './bundle.ts'
import { forkSeedOf } from './contest.ts'
import { deltaFrom } from './noise-floor.ts'
import { outcomeOf } from './outcome.ts'
import { protocolOf } from './protocol.ts'
import { configHashOf } from './system.ts'

export interface EvidenceFinding {
  field: string
  problem: string
}

export interface EvidenceCheck {
  findings: EvidenceFinding[]
  /** Figures derived again from raw samples. */
  recomputed: number
}

type Forks = Extract<SampleLine, { kind: 'forks' }>['forks']

/**
 * Derives every figure of the evidence again from its raw samples, and looks for what honest evidence never has: another digest,
 * missing or repeated samples, coins that do not follow from the seed, arms from two machines or two corpora, margins below
 * the protocol's, two arms with the same times to the last digit.
 */
export function verifyEvidence(evidence: Evidence): EvidenceCheck {
  const findings: EvidenceFinding[] = []
  let recomputed = 0
  const find = (field: string, problem: string) => void findings.push({ field, problem })
  const same = (stored: unknown, fresh: unknown, field: string) => {
    recomputed++
    if (JSON.stringify(stored) !== JSON.stringify(fresh))
      find(field, `${JSON.stringify(stored)} is stored, the samples give ${JSON.stringify(fresh)}`)
  }
  if (digestOf(evidenceSchema.parse(evidence)) !== evidence.digest) find('digest', 'altered after it was written')
  checkArms(evidence, find)
  const lines = new Map(evidence.samples.map((line) => [line.id, line]))
  if (lines.size < evidence.samples.length) find('samples', 'two lists of samples have the same id')

  const judgements: [string, Judged][] = evidence.compared.map((each, i) => [`compared[${i}]`, each])
  if (evidence.noiseFloor) judgements.push(['noiseFloor', evidence.noiseFloor])
  for (const [field, stored] of judgements) {
    const line = lines.get(stored.samples)
    if (line?.kind !== 'forks') {
      find(field, `its samples ${JSON.stringify(stored.samples)} are missing`)
      continue
    }
    try {
      for (const [key, value] of Object.entries(figuresOf(line.forks, stored.protocol)))
        same(stored[key as keyof Judged], value, `${field}.${key}`)
    } catch (error) {
      find(field, `its samples give no figure: ${messageOf(error)}`)
    }
    if (evidence.mode !== 'recorded') checkProtocol(evidence, field, stored, find)
    checkForks(stored, line.forks, find)
    checkSeeds(evidence, stored.samples, line.forks, find)
  }
  evidence.compared.forEach(({ tail, samples }, i) => {
    const line = lines.get(samples)
    if (!tail || line?.kind !== 'forks') return
    const fresh = tailOf(line.forks)
    same(tail, fresh, `compared[${i}].tail`)
    if (tail.claim !== 'not-claimed' && fresh.n < tailClaimSamples)
      find(`compared[${i}].tail`, `a tail is claimed from ${fresh.n} samples; ${tailClaimSamples} are needed`)
  })
  for (const [i, stored] of evidence.guards.entries()) {
    const line = lines.get(stored.samples)
    if (line?.kind !== 'paired') {
      find(`guards[${i}]`, `its samples ${JSON.stringify(stored.samples)} are missing`)
      continue
    }
    const fresh = { ...nonInferior(line.before, line.after, stored.operator, stored.margin), n: line.before.length }
    for (const [key, value] of Object.entries(fresh))
      same(stored[key as keyof typeof stored], value, `guards[${i}].${key}`)
  }
  same(evidence.outcome, outcomeOf(evidence.compared, evidence.guards), 'outcome')
  return { findings, recomputed }
}

type Find = (field: string, problem: string) => void

/** A looser alpha or a smaller margin than the protocol's would let anything be claimed. */
function checkProtocol({ mode, noiseFloor }: Evidence, field: string, { metric, protocol }: Judged, find: Find): void {
  const own = protocolOf(metric as Parameters<typeof protocolOf>[0], {
    maxForks: protocol.maxForks,
    separate: mode === 'separate',
    ...(noiseFloor && field !== 'noiseFloor' ? { delta: deltaFrom(noiseFloor) } : {}),
  })
  if (protocol.alpha > own.alpha) find(`${field}.protocol.alpha`, `${protocol.alpha} is more than ${own.alpha}`)
  if (protocol.delta < own.delta)
    find(`${field}.protocol.delta`, `${protocol.delta} is less than the ${own.delta} this comparison may claim`)
  if (protocol.aggregate !== own.aggregate)
    find(`${field}.protocol.aggregate`, `${protocol.aggregate} instead of ${own.aggregate}`)
}

function checkForks({ metric, samples }: Judged, forks: Forks, find: Find): void {
  const seen = new Set<string>()
  // hit rates and shares do repeat
  const repeats = isMetricName(metric) && metrics[metric].unit === 'ratio'
  for (const [i, { pairs, seed, voids }] of forks.entries()) {
    const field = `samples ${samples}, fork ${i}`
    const times = JSON.stringify(pairs.map(({ a, b }) => [a, b]))
    if (seen.has(times) && !repeats) find(field, 'the same as another fork to the last digit')
    seen.add(times)
    const runs = pairs.flatMap(({ a, b }) => a.map((value, run) => [value, b[run]] as const))
    if (pairs.some(({ a, b }) => a.length !== b.length)) find(field, 'one arm has fewer samples than the other')
    else if (runs.length > 2 && !repeats && runs.every(([a, b]) => a === b))
      find(field, 'both arms are identical: timings never repeat to the last digit')
    if (seed === undefined) continue
    if (!followCoins(pairs, seed, voids.length + unreported(metric)))
      find(field, 'the order of the arms does not follow from its seed')
  }
}

/** Pairs that may lack a metric: none where it is the workload's own, any of them where it is one of its stages. */
function unreported(metric: string): number {
  const workload = Object.values(workloads).find(({ name }) => metric.startsWith(`${name}.`))
  return !workload || workload.metric === metric ? 0 : workload.pairs
}

/** Pairs that do not count drew coins too: the others must stand in the same order. */
function followCoins(pairs: Forks[number]['pairs'], seed: number, missing: number): boolean {
  const subPairs = pairs[0]?.first?.length ?? 0
  const coin = coinsOf(seed)
  const drawn = Array.from({ length: pairs.length + missing }, () =>
    Array.from({ length: subPairs }, () => (coin() ? 'a' : 'b')).join(''),
  )
  let at = 0
  for (const { first } of pairs) {
    const found = first ? drawn.indexOf(first, at) : -1
    if (found < 0) return false
    at = found + 1
  }
  return true
}

/** Forks stand in the order of their attempts, and only a failure that is told may be between two of them. */
function checkSeeds({ seed, failures }: Evidence, samples: string, forks: Forks, find: Find): void {
  if (forks.every((fork) => fork.seed === undefined)) return
  const name = samples.slice(0, samples.lastIndexOf('/'))
  const attempts = forks.length + failures.length
  const drawn = Array.from({ length: attempts }, (_, attempt) => forkSeedOf(name, attempt, seed))
  let at = 0
  for (const [i, fork] of forks.entries()) {
    const found = fork.seed === undefined ? -1 : drawn.indexOf(fork.seed, at)
    if (found < 0) {
      find(`samples ${samples}, fork ${i}`, 'its seed is not the next of this comparison')
      return
    }
    at = found + 1
  }
}

function checkArms({ arms, conditions, mode }: Evidence, find: Find): void {
  if (mode === 'recorded' && arms.some(({ kind }) => kind !== 'recorded'))
    find('mode', 'recorded, but an arm was not: the rules of the protocol would not be checked')
  arms.forEach((arm, i) => {
    if (arm.configHash !== configHashOf(arm)) find(`arms[${i}].configHash`, 'is not the hash of its configuration')
    if (arm.machine !== conditions.machine.fingerprint)
      find(
        `arms[${i}].machine`,
        `${arm.machine} is not the machine of the comparison, ${conditions.machine.fingerprint}`,
      )
    if (arm.dataHash !== conditions.data.hash)
      find(`arms[${i}].dataHash`, 'it answered from other documents or questions than the comparison says')
  })
}
