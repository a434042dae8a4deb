import path from 'node:path'
import type { FirstState } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'
import { openReporter } from '@tenfold/phase-kit'
import { Command } from 'commander'
import { bestKnownConfig, makeCurrent, shelfFor } from '../library.ts'

export const ingestCommand = () =>
  new Command('ingest')
    .description('read a folder (md, mdx, txt, html, json, jsonl, or BEIR data) into a searchable index')
    .argument('[folder]', 'the folder; the documentation of the npm package `ai` when absent')
    .option('--json', 'print the figures as JSON')
    .action(async (folder: string | undefined, { json }: { json?: boolean }) => {
      const { default: rag } = await import('@tenfold/rag')
      const source = folder ? path.resolve(folder) : 'default'
      const dataset = await openDataset(folder ? { kind: 'path', path: source } : { kind: 'default' })
      const report = openReporter('ingest')
      for (const { file, reason } of dataset.warnings) report.line(`${file}: ${reason}`)
      const shelf = shelfFor(source)
      const { config } = bestKnownConfig()
      const target = await rag.open({ config, workspace: shelf.workspace })
      try {
        const start = performance.now()
        let total: number | undefined
        const stats = await target.ingest!(dataset.docs(config['speed.readConcurrency']), {
          replace: true,
          progress: (docs, chunks) => {
            const seconds = (performance.now() - start) / 1000
            const left = Math.ceil((seconds / Math.max(1, docs)) * (dataset.docCount - docs))
            report.status(`${docs} of ${dataset.docCount} documents, ${chunks} chunks, ${left} s left`)
          },
          questions: dataset.questions.filter(({ split }) => split === 'tune'),
          searchable: ({ pending, ...first }) => {
            if (total === undefined) {
              total = pending
              makeCurrent(shelf)
              report.line(firstLine(first))
              return
            }
            const seconds = (performance.now() - start - first.searchableMs) / 1000
            const left = Math.ceil((seconds / Math.max(1, total - pending)) * pending)
            report.status(`${total - pending} of ${total} vectors made, ${left} s left`)
          },
        })
        makeCurrent(shelf)
        report.end()
        const seconds = stats.wallMs / 1000
        console.log(
          json
            ? JSON.stringify({ ...stats, warnings: dataset.warnings })
            : `${stats.docs} documents (${stats.unchanged} unchanged, ${stats.removed} removed), ${stats.chunks} chunks, ${stats.embedded} embedded in ${seconds.toFixed(1)} s (${(stats.embedded / seconds).toFixed(0)} chunks/s)`,
        )
      } finally {
        await target.close()
      }
    })

/** When everything can be found, how, and why so. */
function firstLine(first: FirstState & { searchableMs: number }): string {
  const { by, kind, questions, wordsNdcg, bothNdcg, bound, searchableMs } = first
  return (
    `searchable after ${(searchableMs / 1000).toFixed(1)} s by ${by}, better vectors follow ` +
    `(nDCG@10 of words ${wordsNdcg.toFixed(3)}, with first vectors ${bothNdcg.toFixed(3)}, ` +
    `difference at least ${bound.toFixed(3)}; ${questions} ${kind})`
  )
}
