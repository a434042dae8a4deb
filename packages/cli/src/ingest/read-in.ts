import type { Config, DataWarning, FirstState, IngestStats, Target } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'
import type { Reporter } from '@tenfold/phase-kit'

interface Into {
  target: Target
  config: Config
  report: Reporter
  signal: AbortSignal
  /** All documents can be found, though not all vectors are made. */
  searchable(): void
}

/** Brings an index to the state of a folder; tells of what was left out, and how far it is. */
export async function readIn(
  source: string,
  { target, config, report, signal, searchable }: Into,
): Promise<{ stats: IngestStats; warnings: DataWarning[] }> {
  const dataset = await openDataset(source === 'default' ? { kind: 'default' } : { kind: 'path', path: source })
  for (const { file, reason } of dataset.warnings) report.line(`${file}: ${reason}`)
  const start = performance.now()
  let total: number | undefined
  const stats = await target.ingest!(dataset.docs(config['speed.readConcurrency']), {
    replace: true,
    totalDocs: dataset.docCount,
    signal,
    progress: (docs, chunks, event) => {
      const speed = event ? `, ${event.docsPerSecond.toFixed(0)}/s` : ''
      const left = event?.etaMs === undefined ? '' : `, ${Math.ceil(event.etaMs / 1000)} s left`
      report.status(`${docs} of ${dataset.docCount} documents, ${chunks} chunks${speed}${left}`)
    },
    questions: dataset.questions.filter(({ split }) => split === 'tune'),
    searchable: ({ pending, ...first }) => {
      if (total === undefined) {
        total = pending
        searchable()
        return report.line(firstLine(first))
      }
      const seconds = (performance.now() - start - first.searchableMs) / 1000
      const left = Math.ceil((seconds / Math.max(1, total - pending)) * pending)
      report.status(`${total - pending} of ${total} vectors made, ${left} s left`)
    },
  })
  return { stats, warnings: dataset.warnings }
}

export function describeIngest({ docs, unchanged, removed, chunks, embedded, reused, wallMs }: IngestStats): string {
  const seconds = wallMs / 1000
  const again = reused ? `, ${reused} known by their text` : ''
  return `${docs} documents (${unchanged} unchanged, ${removed} removed), ${chunks} chunks${again}, ${embedded} embedded in ${seconds.toFixed(1)} s (${(embedded / seconds).toFixed(0)} chunks/s)`
}

/** When everything can be found, how, and why so. */
function firstLine(first: FirstState & { searchableMs: number }): string {
  const { by, kind, questions, wordsNdcg, bothNdcg, bound, searchableMs } = first
  return (
    `searchable after ${(searchableMs / 1000).toFixed(1)} s by ${by}, better vectors follow ` +
    `(nDCG@10 of words ${wordsNdcg.toFixed(3)}, with first vectors ${bothNdcg.toFixed(3)}, ` +
    `difference at least ${bound.toFixed(3)}; ${questions} ${kind})`
  )
}
