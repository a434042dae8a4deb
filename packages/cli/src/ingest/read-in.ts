import type { Config, DataWarning, IngestStats, Target } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'
import type { Reporter } from '@tenfold/phase-kit'

interface Into {
  target: Target
  config: Config
  report: Reporter
  signal: AbortSignal
}

/** Brings an index to the state of a folder; tells of what was left out, and how far it is. */
export async function readIn(
  source: string,
  { target, config, report, signal }: Into,
): Promise<{ stats: IngestStats; warnings: DataWarning[] }> {
  const dataset = await openDataset(source === 'default' ? { kind: 'default' } : { kind: 'path', path: source })
  for (const { file, reason } of dataset.warnings) report.line(`${file}: ${reason}`)
  const stats = await target.ingest!(dataset.docs(config['speed.readConcurrency']), {
    replace: true,
    totalDocs: dataset.docCount,
    signal,
    progress: (docs, chunks, event) => {
      const speed = event ? `, ${event.docsPerSecond.toFixed(0)}/s` : ''
      const left = event?.etaMs === undefined ? '' : `, ${Math.ceil(event.etaMs / 1000)} s left`
      report.status(`${docs} of ${dataset.docCount} documents, ${chunks} chunks${speed}${left}`)
    },
  })
  return { stats, warnings: dataset.warnings }
}

export function describeIngest({ docs, unchanged, removed, chunks, embedded, reused, wallMs }: IngestStats): string {
  const seconds = wallMs / 1000
  const again = reused ? `, ${reused} known by their text` : ''
  return `${docs} documents (${unchanged} unchanged, ${removed} removed), ${chunks} chunks${again}, ${embedded} embedded in ${seconds.toFixed(1)} s (${(embedded / seconds).toFixed(0)} chunks/s)`
}
