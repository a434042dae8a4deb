import {
  type ArmRecord,
  type Compared,
  type Evidence,
  type Fork,
  type GuardResult,
  type Judged,
  type Protocol,
  type SampleLine,
  tailClaimSamples,
} from '@tenfold/contracts'
import { evidenceSchema } from '@tenfold/contracts/schemas'
import { sha256 } from '@tenfold/handoff-store'
import { judge, median, nonInferior, seededRandom, seedOf, tailOf } from '@tenfold/measure'
import { outcomeOf } from '@tenfold/proof'

/** One metric of made-up evidence: every figure is judged from forks drawn around these centres. */
export interface Drawn {
  before?: number
  ratio: number
  forks?: number
  pairs?: number
  runs?: number
  /** Spread of single runs, and of whole forks. */
  spread?: number
  forkSpread?: number
  protocol?: Partial<Protocol>
}

export interface DrawnGuard {
  before: readonly number[]
  after: readonly number[]
  margin?: number
}

export const protocol: Protocol = { aggregate: 'min', isolation: 'one-process', alpha: 0.05, delta: 0.02, maxForks: 30 }

const noise: Fork['noise'] = {
  cpuPressurePercent: null,
  involuntarySwitches: 0,
  majorFaults: 0,
  stealPercent: null,
  cpuShare: null,
  gcMs: null,
  eventLoopDelayP99Ms: null,
  thermalSpeedLimitPercent: null,
}

/** Forks of both arms around these centres. They stand for no machine and no system. */
export function drawForks(name: string, drawn: Drawn): Fork[] {
  const { before = 100, ratio, forks = 9, pairs = 8, runs = 2, spread = 0.01, forkSpread = 0.002 } = drawn
  const random = seededRandom(seedOf(name))
  const near = (value: number, width: number) => value * (1 + width * (random() + random() + random() - 1.5))
  return Array.from({ length: forks }, () => {
    const luck = near(1, forkSpread)
    const arm = (centre: number) => Array.from({ length: runs }, () => near(centre, spread))
    return {
      pairs: Array.from({ length: pairs }, () => ({ a: arm(before), b: arm(before * ratio * luck) })),
      noise,
      voids: [],
    }
  })
}

const configHashOf = ({ target, config }: Pick<ArmRecord, 'target' | 'config'>) =>
  sha256(JSON.stringify([target, Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1))]))

export function armRecord(label: string, changes: Partial<ArmRecord> = {}): ArmRecord {
  const arm: ArmRecord = {
    label,
    kind: 'config',
    target: { module: '@tenfold/rag', options: {} },
    config: { 'rag.k': 5, 'db.cacheKib': label === 'before' ? 16000 : 64000 },
    configHash: '',
    binaryHash: null,
    models: { encoder: sha256('encoder') },
    machine: 'm-1',
    dataHash: 'd-1',
    ...changes,
  }
  return { ...arm, configHash: changes.configHash ?? configHashOf(arm) }
}

export const conditions: Evidence['conditions'] = {
  machine: {
    platform: 'linux',
    arch: 'x64',
    cpu: 'Some CPU @ 2.1 GHz',
    cores: 2,
    memoryBytes: 8 * 2 ** 30,
    fingerprint: 'm-1',
  },
  runtime: 'node 20.20.2',
  loadAverage: 0.1,
  profile: 'quick',
  models: { encoder: sha256('encoder') },
  data: { name: 'notes', hash: 'd-1', docs: 12, tune: 8, check: 8 },
  commit: 'abcdef0123456789abcdef0123456789abcdef01',
}

export interface EvidencePlan {
  metrics: Record<string, Drawn>
  guards?: Record<string, DrawnGuard>
  noiseFloor?: Drawn
  /** Whatever else should be different; the digest is made last. */
  changes?: Partial<Evidence>
}

const good = Array.from({ length: 40 }, (_, i) => (i % 4 === 0 ? 0.5 : 1))
/** Two guards that hold: the answers are the same. */
export const keptQuality: Record<string, DrawnGuard> = {
  'quality.recallAt10': { before: good, after: good },
  'quality.ndcgAt10': { before: good, after: good },
}
export const lostQuality: Record<string, DrawnGuard> = {
  ...keptQuality,
  'quality.recallAt10': { before: good, after: good.map((value, i) => (i % 5 === 0 ? 0 : value)) },
}

/** Evidence whose every figure follows from its samples. It has a tail only where one may be claimed: resampling takes time. */
export function buildEvidence({ metrics, guards = keptQuality, noiseFloor, changes = {} }: EvidencePlan): Evidence {
  const samples: SampleLine[] = []
  const judged = (id: string, metric: string, drawn: Drawn): Judged => {
    const forks = drawForks(id, drawn)
    const own = { ...protocol, ...drawn.protocol }
    samples.push({ kind: 'forks', id, forks })
    const p50 = (side: 'a' | 'b') => median(forks.flatMap((fork) => fork.pairs.flatMap((pair) => pair[side])))
    const placed = { beforeP50: p50('a'), afterP50: p50('b'), protocol: own, split: 'check' as const, samples: id }
    return { metric, ...judge(forks, own), ...placed }
  }
  const floor = noiseFloor ? judged('noise floor/query.ms', 'query.ms', noiseFloor) : null
  const compared = Object.entries(metrics).map(([metric, drawn]): Compared => {
    const each = judged(`compared/${metric}`, metric, drawn)
    const line = samples.at(-1)
    const many =
      line?.kind === 'forks' &&
      line.forks.flatMap(({ pairs }) => pairs.flatMap(({ b }) => b)).length >= tailClaimSamples
    return { ...each, tail: many ? tailOf(line.forks) : null }
  })
  const checked = Object.entries(guards).map(([metric, { before, after, margin = 0.01 }]): GuardResult => {
    const id = `quality/${metric}`
    samples.push({ kind: 'paired', id, before: [...before], after: [...after] })
    return {
      metric,
      operator: '>=',
      margin,
      ...nonInferior(before, after, '>=', margin),
      n: before.length,
      samples: id,
    }
  })
  const unsealed = evidenceSchema.parse({
    schema: 'tenfold.evidence/1',
    createdAt: '2026-11-21T10:00:00.000Z',
    tool: 'tenfold 0.1.0',
    seed: 7,
    arms: [armRecord('before'), armRecord('after')],
    mode: 'one-process',
    conditions,
    noiseFloor: floor,
    compared,
    guards: checked,
    outcome: outcomeOf(compared, checked),
    complete: true,
    failures: [],
    warnings: [],
    details: {},
    samples,
    ...changes,
    digest: '0'.repeat(64),
  })
  const { digest: _, ...rest } = unsealed
  return { ...rest, digest: sha256(JSON.stringify(rest)) }
}
