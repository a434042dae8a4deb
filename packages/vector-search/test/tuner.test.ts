import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openGraphIndex, rowsInMemory, tuneAndPublish } from '../src/index.ts'
import { smallest, steps } from '../src/tuner/bisect.ts'
import { meets, nextRung, pareto, type Tried, type TuneGoal } from '../src/tuner/plan.ts'
import { type Candidate, type Depth, tune } from '../src/tuner/tune.ts'
import { row, scratch } from './graphs.ts'
import { topics } from './vectors.ts'

const goal: TuneGoal = { k: 10, recall: 0.99, p95Ms: 0, bytes: Number.POSITIVE_INFINITY, builds: 3 }
const certain = (mean: number) => ({ mean, lowerBound: mean, p5: mean })
const unit = fc.double({ min: 0.01, max: 1, noNaN: true })

/** An index that loses `loss` at depth 1 and less with depth; deeper is slower. */
function made({ loss, ms, bytes }: { loss: number; ms: number; bytes: number }): Candidate {
  const at = ({ ef, rescore }: Depth) => Math.max(0, 1 - (8 * loss) / ef - (3 * loss) / rescore)
  return { bytes, recall: (depth) => certain(at(depth)), p95Ms: ({ ef, rescore }) => ms * (ef + rescore / 4) }
}
const engine = fc.record({ loss: unit, ms: unit, bytes: fc.integer({ min: 1, max: 100 }) })

describe('the tuner', () => {
  it('keeps recall and memory, builds no more graphs than allowed, and takes nothing slower than what it tried', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(engine, engine),
        fc.array(engine, { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 50, max: 100 }),
        fc.double({ min: 0, max: 50, noNaN: true }),
        async ([int8, bit], graphs, builds, bytes, p95Ms) => {
          let built = 0
          const wanted = { ...goal, builds, bytes, p95Ms }
          const tuned = await tune(wanted, {
            rows: 100_000,
            flat: (each) =>
              each === 'f32' ? made({ loss: 0, ms: 100, bytes: 50 }) : made(each === 'bit' ? bit : int8),
            graph: () => made(graphs[built++]!),
          })
          expect(built).toBeLessThanOrEqual(builds)
          expect(tuned.builds).toBe(built)
          expect(tuned.recall.lowerBound).toBeGreaterThanOrEqual(0.99)
          expect(tuned.bytes).toBeLessThanOrEqual(bytes)
          const usable = tuned.tried.filter((each) => each.recall.lowerBound >= 0.99 && each.bytes <= bytes)
          const quick = usable.some((each) => meets(each, wanted))
          expect(tuned.p95Ms).toBeLessThanOrEqual(quick ? p95Ms : Math.min(...usable.map((each) => each.p95Ms)))
          // an answer that is quick enough ends the search
          for (const [i, each] of tuned.tried.entries()) if (meets(each, wanted)) expect(i).toBe(tuned.tried.length - 1)
        },
      ),
    )
  })

  it('takes a depth within a step of the smallest that keeps recall', async () => {
    await fc.assert(
      fc.asyncProperty(unit, async (loss) => {
        const tuned = await tune(
          { ...goal, builds: 1 },
          {
            rows: 100_000,
            flat: () => made({ loss: 0, ms: 1000, bytes: 1 }),
            graph: () => made({ loss: loss / 2, ms: 0.001, bytes: 1 }),
          },
        )
        const keeps = (ef: number, rescore: number) => 1 - (4 * loss) / ef - (1.5 * loss) / rescore >= 0.99
        const { plan } = tuned
        if (plan.kind !== 'graph') return expect(keeps(2000, 2000)).toBe(false)
        expect(keeps(plan.ef, plan.rescore)).toBe(true)
        if (plan.ef > 16) expect(keeps(plan.ef / 1.35, plan.ef / 1.35)).toBe(false)
        if (plan.rescore > 10 && plan.rescore < plan.ef) expect(keeps(plan.ef, plan.rescore / 1.35)).toBe(false)
      }),
    )
  })

  it('goes deeper where the other half of the questions asks for it, and passes over what never holds', async () => {
    const fragile = {
      ...made({ loss: 0.001, ms: 0.001, bytes: 1 }),
      recall: (_: Depth, half: string) => certain(half === 'tune' ? 1 : 0.9),
    }
    const strict: Candidate = {
      ...made({ loss: 0.001, ms: 0.01, bytes: 1 }),
      recall: ({ ef }, half) => certain(half === 'tune' || ef >= 50 ? 1 : 0.98),
    }
    const tuned = await tune(
      { ...goal, builds: 1 },
      {
        rows: 100_000,
        flat: (each) => (each === 'f32' ? made({ loss: 0, ms: 9, bytes: 1 }) : fragile),
        graph: () => strict,
      },
    )
    expect(tuned.plan).toMatchObject({ kind: 'graph', ef: expect.toSatisfy((ef: number) => ef >= 50 && ef < 70) })
    expect(tuned.recall.mean).toBe(1)
  })

  it('says what is missing where memory is too small for anything', async () => {
    const big = made({ loss: 0, ms: 1, bytes: 10 })
    await expect(tune({ ...goal, bytes: 5 }, { rows: 1000, flat: () => big, graph: () => big })).rejects.toMatchObject({
      code: 'INCOMPARABLE',
      message: expect.stringMatching(/within 5 bytes; the smallest tried has 10/),
    })
  })

  const tried = (plan: Tried['plan'], more: Partial<Tried>): Tried => ({
    plan,
    recall: certain(1),
    p95Ms: 1,
    bytes: 1,
    ...more,
  })
  const flats = (['f32', 'int8', 'bit'] as const).map((representation) =>
    tried({ kind: 'flat', representation, rescore: 10 }, {}),
  )
  const graph = (connectivity: number, expansionAdd: number, scalar: 'i8' | 'f16', more: Partial<Tried>) =>
    tried({ kind: 'graph', connectivity, expansionAdd, scalar, ef: 10, rescore: 10 }, more)

  it('builds what the last graph lacked', () => {
    const lossy = { recall: certain(0.9) }
    const next = (...graphs: Tried[]) => nextRung([...flats, ...graphs], { ...goal, bytes: 100 })
    expect(next()).toEqual({ connectivity: 16, expansionAdd: 128, scalar: 'i8' })
    expect(next(graph(16, 128, 'i8', lossy))).toEqual({ connectivity: 32, expansionAdd: 256, scalar: 'i8' })
    expect(next(graph(16, 128, 'i8', lossy), graph(32, 256, 'i8', lossy))).toMatchObject({
      connectivity: 32,
      scalar: 'f16',
    })
    expect(next(graph(16, 128, 'i8', { bytes: 200 }))).toMatchObject({ connectivity: 8 })
    expect(next(graph(16, 128, 'i8', {}), graph(32, 256, 'i8', {}))).toMatchObject({ connectivity: 8 })
    expect(next(graph(16, 128, 'i8', {}), graph(32, 256, 'i8', {}), graph(8, 64, 'i8', {}))).toBeUndefined()
  })

  it('shows what no other beats, and each point once', () => {
    const [exact, int8, bit] = flats.map((each, i) => ({ ...each, p95Ms: 3 - i, bytes: 1 + i }))
    const worse = { ...bit!, p95Ms: 5, recall: certain(0.5) }
    expect(pareto([exact!, worse, int8!, bit!, { ...bit! }])).toEqual([exact, int8, bit])
    fc.assert(
      fc.property(fc.array(fc.record({ p95Ms: unit, bytes: unit, r: unit })), (points) => {
        const all = points.map(({ p95Ms, bytes, r }) => tried(flats[0]!.plan, { p95Ms, bytes, recall: certain(r) }))
        expect(all.length === 0 || pareto(all).length > 0).toBe(true)
      }),
    )
  })

  it('bisects to the first step that holds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 3000 }), (least, from) => {
        const all = steps(least, 2000, 1.25)
        expect(smallest(all, (step) => step >= from)).toBe(all.find((step) => step >= from))
      }),
    )
  })
})

it('on real indexes: publishes the graph it takes, which answers as promised', async () => {
  const dims = 64
  const both = topics(1800, dims, 30, 1)
  const vectors = both.subarray(0, 1500 * dims)
  const queries = Array.from({ length: 300 }, (_, i) => row(both, dims, 1500 + i))
  const folder = scratch(onTestFinished)
  // so little memory that only a graph fits, whose rows stay where they are
  const bytes = 1500 * dims * 4 - 1
  const data = { vectors, dims, queries, k: 10, filters: [Uint32Array.from({ length: 750 }, (_, i) => 2 * i)] }
  const { tuned, manifest } = await tuneAndPublish(folder, { ...goal, bytes, builds: 1 }, data, {
    model: 'm',
    through: 7,
  })
  expect(tuned.plan.kind).toBe('graph')
  expect(manifest).toMatchObject({ rows: 1500, through: 7, connectivity: 16, recall: { k: 10, target: 0.99 } })
  // the estimate the memory was weighed with
  expect(Math.abs(manifest!.bytes / tuned.bytes - 1)).toBeLessThan(0.1)
  const index = await openGraphIndex(folder, { model: 'm', dims, read: rowsInMemory(vectors, dims) })
  onTestFinished(() => index.close())
  const found = queries.filter((query) => index.search(query, 10).rows[9] === index.exactSearch(query, 10).rows[9])
  expect(found.length).toBeGreaterThan(270)
})
