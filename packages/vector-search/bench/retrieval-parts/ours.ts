import { fitRescore, openFlatIndex, type RescoreFit } from '../../src/index.ts'
import { k } from './graphs.ts'
import { round } from './table.ts'
import { dims } from './vectors.ts'

function told(fit: RescoreFit, questions: number): string {
  const last = fit.tried.findLast(
    ({ representation, rescore }) => representation === fit.representation && rescore === fit.rescore,
  )
  return `${fit.representation}, ${fit.rescore} rescored, lower bound ${round(last?.recall.lowerBound ?? 1)} on ${questions} tune questions`
}

/** Engines with f32, int8 and bits over the same rows, the depth of bits fitted on the tune questions. */
export function ours(
  vectors: Float32Array,
  tune: Float32Array[],
  representations: readonly ('f32' | 'int8' | 'bit')[],
) {
  const fit = fitRescore(vectors, dims, tune, { k, recall: 0.995, deepest: 1000 })
  const fitted = `fitted: ${told(fit, tune.length)}`
  process.stderr.write(`${fitted}\n`)
  const rescore = fit.representation === 'bit' ? fit.rescore : 1000
  const depth = { f32: k, int8: 40, bit: rescore }
  const open = (representation: keyof typeof depth) =>
    openFlatIndex({ representation, rescore: depth[representation] }, vectors, dims)
  return { fitted, rescore, indexes: representations.map((each) => [each, open(each)] as const) }
}
