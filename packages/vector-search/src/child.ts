// A process that opens one graph file and searches it, so that a damaged file takes nobody else along.
import { messageOf, PipelineError } from '@tenfold/contracts'
import { checkFile, type Trial, type TrialAnswer } from './graph/check.ts'
import { viewGraph } from './graph/graph.ts'

process.once('message', async ({ file, manifest, queries }: Trial) => {
  const answer = await (async (): Promise<TrialAnswer> => {
    try {
      await checkFile(file, manifest)
      const graph = await viewGraph(file, manifest, manifest.dims, manifest.rows)
      return { found: queries.map((query) => graph.nearest(query, manifest.ef)) }
    } catch (error) {
      const code = error instanceof PipelineError ? error.code : 'INDEX_MISMATCH'
      return { error: { code, message: messageOf(error) } }
    }
  })()
  process.send!(answer, () => process.disconnect())
})
