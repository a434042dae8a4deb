import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Evidence, PipelineError, type Recording } from '@tenfold/contracts'
import { evidenceSchema } from '@tenfold/contracts/schemas'

export const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')

/** What a call was refused with. */
export function refusal(act: () => unknown): PipelineError {
  try {
    act()
  } catch (error) {
    if (error instanceof PipelineError) return error
    throw error
  }
  throw new Error('was not refused')
}

export function recordingOf(values: number[], over: Partial<Recording> = {}, metric = 'wall.ms'): Recording {
  return {
    schema: 'tenfold.recording/1',
    source: 'test',
    label: 'here',
    createdAt: null,
    machine: 'm1',
    metrics: { [metric]: { unit: 'ms', better: 'lower', groups: [values] } },
    warnings: [],
    ...over,
  }
}

interface EvidenceShape {
  interval?: [number | null, number | null]
  metric?: string
  ratio?: number
  reference?: string
  machine?: string
  dataHash?: string
  delta?: number
  forks?: { a: number[]; b: number[] }[]
}

/** Evidence as compare writes it, digest included; what a test is not about is filled in. */
export function evidenceOf(shape: EvidenceShape = {}): Evidence {
  const { interval = [0.8, 0.9], metric = 'query.ms', ratio = 0.85, reference = 'a', machine = 'm1' } = shape
  const { dataHash = 'd1', delta = 0.02, forks = [{ a: [10, 11], b: [8, 9] }] } = shape
  const noise = { cpuPressurePercent: null, involuntarySwitches: 0, majorFaults: 0 }
  const arm = (label: string, configHash: string) => ({
    label,
    kind: 'config',
    target: { module: '@tenfold/rag', options: {} },
    config: {},
    configHash: createHash('sha256').update(configHash).digest('hex'),
    binaryHash: null,
    models: {},
    machine,
    dataHash,
  })
  const evidence = evidenceSchema.parse({
    schema: 'tenfold.evidence/1',
    createdAt: '2026-11-21T12:00:00.000Z',
    tool: '0.1.0',
    seed: 1,
    arms: [arm('reference', reference), arm('candidate', 'b')],
    mode: 'one-process',
    conditions: {
      machine: { platform: 'linux', arch: 'x64', cpu: 'c', cores: 2, memoryBytes: 1, fingerprint: machine },
      runtime: 'node',
      loadAverage: 0,
      profile: 'quick',
      models: {},
      data: { name: 'd', hash: dataHash, docs: 1, tune: 1, check: 1 },
      commit: null,
    },
    noiseFloor: null,
    compared: [
      {
        metric,
        verdict: 'undecided',
        ratio,
        interval,
        forks: 8,
        beforeP50: 10,
        afterP50: 8,
        protocol: { aggregate: 'min', isolation: 'one-process', alpha: 0.05, delta, maxForks: 10 },
        split: 'check',
        samples: `candidate/${metric}`,
        tail: null,
      },
    ],
    guards: [],
    outcome: 'better',
    complete: true,
    failures: [],
    warnings: [],
    details: {},
    samples: [{ kind: 'forks', id: `candidate/${metric}`, forks: forks.map((pair) => ({ pairs: [pair], noise })) }],
    digest: '0'.repeat(64),
  })
  return sealed(evidence)
}

export function sealed({ digest: _, ...rest }: Evidence): Evidence {
  return { ...rest, digest: createHash('sha256').update(JSON.stringify(rest)).digest('hex') }
}
