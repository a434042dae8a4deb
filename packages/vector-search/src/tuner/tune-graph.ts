import { openFlatIndex } from '../flat-index.ts'
import type { GraphManifest } from '../graph/manifest.ts'
import { meanOf } from '../graph/mean.ts'
import { publishGraph } from '../graph/publish.ts'
import { measured, type TuneData } from './measured.ts'
import type { TuneGoal } from './plan.ts'
import { type Tuned, tune } from './tune.ts'

/** Questions the written file is tried with before it is put in force. */
const proofQuestions = 50

/**
 * Finds the quickest search that keeps its recall on this data, by building and measuring; where that is a graph, publishes it in `folder`.
 * `through`: the number of the latest change of rows that `vectors` holds.
 */
export async function tuneAndPublish(
  folder: string,
  goal: TuneGoal,
  data: TuneData,
  identity: { model: string; through: number },
): Promise<{ tuned: Tuned; manifest?: GraphManifest }> {
  const effects = measured(data)
  const tuned = await tune(goal, effects)
  const { plan } = tuned
  const graph = effects.graphOf(plan)
  if (!graph || plan.kind !== 'graph') return { tuned }
  const exact = openFlatIndex({ representation: 'f32', rescore: goal.k }, data.vectors, data.dims)
  const proof = data.queries.slice(0, proofQuestions).map((query) => ({ query, truth: exact.search(query, goal.k) }))
  const { kind, ...settings } = plan
  const manifest = await publishGraph(folder, graph, {
    ...identity,
    ...settings,
    lastRow: effects.rows - 1,
    recall: { ...tuned.recall, k: goal.k, target: goal.recall, queries: Math.floor(data.queries.length / 2) },
    mean: meanOf(data.vectors, data.dims),
    proof,
  })
  return { tuned, manifest }
}
