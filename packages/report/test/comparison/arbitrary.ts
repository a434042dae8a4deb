import { type Evidence, outcomes, verdictNames } from '@tenfold/contracts'
import { evidenceSchema } from '@tenfold/contracts/schemas'
import { budgetsSchema, type GateResult, type GateRow } from '@tenfold/regression'
import fc from 'fast-check'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom('|', '`', '<', '&', '"', '\n', '%', ':', ',', '=', ']', '\u0000', '\uD800', 'é', '😀'),
  }),
  fc.string({ minLength: 60, maxLength: 120 }),
)
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, min: -2, max: 2000 }),
  fc.constantFrom(0, 1, 999.96, 1e6),
)
const bound = fc.option(number)
const interval = fc.tuple(bound, bound)
const int = fc.oneof(fc.nat(1000), fc.maxSafeNat())
const hash = fc.constant('a'.repeat(64))
const named = <T>(value: fc.Arbitrary<T>) => fc.dictionary(text, value, { maxKeys: 3, noNullPrototype: true })
const metric = fc.oneof(text, fc.constantFrom('query.ms', 'memory.settledPrivateBytes', 'answer.tokensPerSecond'))

const protocol = fc.record({
  aggregate: fc.constantFrom('min' as const, 'mean' as const),
  isolation: fc.constantFrom('one-process' as const, 'own-process' as const),
  alpha: number,
  delta: number,
  maxForks: int,
})
const judged = {
  metric,
  verdict: fc.constantFrom(...verdictNames),
  ratio: number,
  interval,
  forks: int,
  beforeP50: number,
  afterP50: number,
  protocol,
  split: fc.constant('check' as const),
  samples: text,
}
const tail = fc.record({
  n: int,
  beforeP95: number,
  afterP95: number,
  interval,
  claim: fc.constantFrom('faster' as const, 'slower' as const, 'not-claimed' as const),
})
const arm = fc.record({
  label: text,
  kind: fc.constantFrom('config' as const, 'http' as const, 'recorded' as const),
  target: fc.record({ module: text, options: named(text) }),
  config: named(fc.oneof(text, number, fc.boolean())),
  configHash: hash,
  binaryHash: fc.option(hash),
  models: named(text),
  machine: text,
  dataHash: text,
})

/** Any evidence the schema takes, however strange its names and figures. */
export const anyEvidence: fc.Arbitrary<Evidence> = fc
  .record({
    schema: fc.constant('tenfold.evidence/1' as const),
    createdAt: fc.constant('2026-11-21T10:00:00.000Z'),
    tool: text,
    seed: fc.maxSafeInteger(),
    arms: fc.tuple(arm, arm),
    mode: fc.constantFrom('one-process' as const, 'separate' as const, 'recorded' as const),
    conditions: fc.record({
      machine: fc.record({ platform: text, arch: text, cpu: text, cores: int, memoryBytes: number, fingerprint: text }),
      runtime: text,
      loadAverage: number,
      profile: text,
      models: named(text),
      data: fc.record({ name: text, hash: text, docs: int, tune: int, check: int }),
      commit: fc.option(text),
    }),
    noiseFloor: fc.option(fc.record(judged)),
    compared: fc.array(fc.record({ ...judged, tail: fc.option(tail) }), { maxLength: 4 }),
    guards: fc.array(
      fc.record({
        metric,
        operator: fc.constantFrom('>=' as const, '<=' as const),
        margin: number,
        before: number,
        after: number,
        bound: number,
        n: int,
        passed: fc.boolean(),
        samples: text,
      }),
      { maxLength: 3 },
    ),
    outcome: fc.constantFrom(...outcomes),
    complete: fc.boolean(),
    failures: fc.array(text, { maxLength: 2 }),
    warnings: fc.array(text, { maxLength: 2 }),
    details: fc.constant({}),
    samples: fc.constant([]),
    digest: hash,
  })
  .map((evidence) => evidenceSchema.parse(evidence))

const anyRow: fc.Arbitrary<GateRow> = fc.record({
  metric,
  level: fc.constantFrom('off' as const, 'warn' as const, 'error' as const),
  rule: fc.constantFrom('maxIncreasePercent' as const, 'max' as const, 'maxLoss' as const, 'complete' as const),
  limit: bound,
  measured: bound,
  interval,
  state: fc.constantFrom('pass' as const, 'fail' as const, 'warn' as const, 'inconclusive' as const, 'off' as const),
  why: text,
  tighten: bound,
})

export const anyGate: fc.Arbitrary<GateResult> = fc.record({
  rows: fc.array(anyRow, { maxLength: 5 }),
  state: fc.constantFrom('pass' as const, 'fail' as const, 'inconclusive' as const),
  exitCode: fc.constantFrom(0, 1, 4),
})

export const noBudgets = budgetsSchema.parse({})
