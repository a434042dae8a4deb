import { messageOf, PipelineError } from '@tenfold/contracts'
import { peakRssBytes } from '@tenfold/measure'
import type { ChildMessage, Job } from './job.ts'
import { runJob } from './tasks.ts'

/** The measured process: one job by message, one answer, gone. */
process.once('message', (job: Job) => {
  const abort = new AbortController()
  process.once('disconnect', () => abort.abort())
  const send = (message: ChildMessage) => process.send?.(message)
  runJob(job, (line) => send({ type: 'say', line }), abort.signal).then(
    (result) => finish(send, { type: 'done', result: { ...result, peakRssBytes: peakRssBytes() } }),
    (error: unknown) => {
      const known = error instanceof PipelineError
      const hint = known ? error.hint : error instanceof Error ? (error.stack ?? '') : ''
      finish(send, { type: 'failed', code: known ? error.code : 'TARGET_FAILED', message: messageOf(error), hint })
    },
  )
})

function finish(send: (message: ChildMessage) => unknown, message: ChildMessage): void {
  send(message)
  process.disconnect?.()
  // native threads of a runtime must not keep a finished child alive
  process.exit(0)
}
