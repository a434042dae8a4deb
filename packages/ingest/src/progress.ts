import type { IngestStats } from '@tenfold/contracts'
import type { IngestRun, QueueName } from './types.ts'

/** Tells how far an ingest that began at `start` is, and by its speed so far how long it will take. */
export function progressOf({ totalDocs, progress }: IngestRun, start: number) {
  return ({ docs, chunks }: Pick<IngestStats, 'docs' | 'chunks'>, depths: Record<QueueName, number>): void => {
    const docsPerSecond = docs / Math.max(1e-3, (performance.now() - start) / 1000)
    progress(docs, chunks, {
      docs,
      totalDocs,
      chunks,
      docsPerSecond,
      etaMs: totalDocs === undefined ? undefined : (Math.max(0, totalDocs - docs) / docsPerSecond) * 1000,
      queueDepths: { ...depths },
    })
  }
}
