import {
  type Config,
  defaultConfig,
  type FinalHandoff,
  type Handoff,
  phaseFiles,
  phaseIds,
  type SampleLine,
} from '@tenfold/contracts'
import { asJson, sha256 } from '@tenfold/handoff-store'
import { at, type Handoffs } from './evidence.ts'
import { recommend } from './recommend.ts'
import { targetRows, totalOf } from './targets.ts'
import { techniquesFile } from './techniques.ts'

export const pageFile = 'report/index.html'

/**
 * phase_10_complete.json, derived from the eight handoffs and the tuner's samples alone: the same input gives the same
 * bytes, so that anybody can build it again. `timestamp` is when the last of them was written.
 */
export function buildFinal(handoffs: Handoffs, samples: readonly SampleLine[]): FinalHandoff {
  const { tuner } = handoffs
  const inOrder = phaseIds.map((phase) => handoffs[phase])
  return {
    schema: 'tenfold.final/1',
    timestamp: inOrder.map(({ createdAt }) => createdAt).reduce((a, b) => (Date.parse(a) > Date.parse(b) ? a : b)),
    phase: 10,
    runId: tuner.runId,
    upstream: inOrder.map((handoff) => ({ phase: handoff.phase, sha256: sha256(asJson(handoff)) })),
    created_files: createdFiles(handoffs),
    optimizations_applied: optimizations(tuner),
    performance_improvements: improvements(tuner),
    before_metrics: figures(tuner.before),
    after_metrics: figures(tuner.after),
    optimization_recommendations: recommend(handoffs, samples),
    targets: targetRows(handoffs, samples),
    config: tuner.config,
    changes: tuner.changes,
    phases: inOrder.map(({ phase, outcome, reason, ledger }) => ({ phase, outcome, reason, ledger })),
    conditions: tuner.conditions,
  }
}

function createdFiles(handoffs: Handoffs): string[] {
  const ofPhases = phaseIds.flatMap((phase) => {
    const { trials, samples } = handoffs[phase]
    return [`${phaseFiles[phase]}_complete.json`, trials.file, samples.file].map((file) => `handoff/${file}`)
  })
  const profiles = Object.values((at(handoffs.profiler.details, 'before', 'files') ?? {}) as object).map(String)
  const baselines = handoffs.baseline.before['query.ms'] ? ['baselines/performance_baselines.json'] : []
  return [...ofPhases, ...baselines, ...profiles, 'handoff/phase_10_complete.json', pageFile, techniquesFile]
}

const deviceKeys = ['metal.encoderDevice', 'metal.generatorDevice'] as const
const cacheKeys = [
  'cache.queryEntries',
  'cache.embeddingEntries',
  'cache.retrievalEntries',
  'cache.generationEntries',
] as const

/** What the final configuration does that the defaults do not. An index that was there from the start is no optimisation. */
function optimizations({ config: stored, outcome }: Handoff): FinalHandoff['optimizations_applied'] {
  const config = { ...defaultConfig, ...stored } as Config
  return {
    memory_mapping: config['memory.weights'] === 'mmap',
    dynamic_batching:
      config['speed.batchTokens'] > 0 || config['memory.batchCeiling'] < defaultConfig['memory.batchCeiling'],
    mps_acceleration: deviceKeys.some((key) => config[key] !== 'cpu'),
    database_indices: config['db.collectionIndex'] || config['db.analyze'] === 'full',
    caching_layers: cacheKeys.some((key) => config[key] > 0),
    auto_tuning: outcome === 'improved',
  }
}

function improvements(tuner: Handoff): FinalHandoff['performance_improvements'] {
  const unchanged = Object.keys(tuner.changes).length === 0
  const percent = (metric: string, gain: (ratio: number) => number) => {
    const total = totalOf(tuner, metric)
    if (total) return 100 * gain(total.ratio)
    return unchanged ? 0 : null
  }
  return {
    memory_reduction_percent: percent('memory.peakPrivateBytes', (ratio) => 1 - ratio),
    speed_increase_percent: percent('embed.ms', (ratio) => 1 / ratio - 1),
    cache_hit_rate: (tuner.after['stream.hitRate'] ?? tuner.before['stream.hitRate'])?.mean ?? null,
    // no phase reads how busy a device is while it works
    metal_utilization: null,
  }
}

function figures(state: Handoff['before']): FinalHandoff['before_metrics'] {
  const peak = state['memory.peakPrivateBytes']
  return {
    tokens_per_second: state['answer.tokensPerSecond']?.mean ?? null,
    memory_usage_mb: peak ? peak.p50 / 2 ** 20 : null,
    retrieval_latency_ms: state['query.ms']?.p50 ?? null,
  }
}
