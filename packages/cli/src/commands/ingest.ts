import path from 'node:path'
import { exitCodes, PipelineError } from '@tenfold/contracts'
import { openReporter } from '@tenfold/phase-kit'
import { Command, Option } from 'commander'
import { describeDuplicates, similarEnough } from '../ingest/duplicates.ts'
import { describeIngest, readIn } from '../ingest/read-in.ts'
import { changesIn } from '../ingest/watch.ts'
import { bestKnownConfig, makeCurrent, shelfFor } from '../library.ts'

interface Options {
  duplicates?: boolean
  watch?: boolean
  json?: boolean
}

export const ingestCommand = () =>
  new Command('ingest')
    .description(
      'read a folder (md, mdx, txt, html, json, jsonl, csv, tsv, pdf, docx, source code, or BEIR data) into an index',
    )
    .argument('[folder]', 'the folder; the documentation of the npm package `ai` when absent')
    .option('--duplicates', `then list the pairs of passages that are ${100 * similarEnough} % alike; removes nothing`)
    .addOption(new Option('--watch', 'go on, and follow the changes of the folder').conflicts('duplicates'))
    .option('--json', 'print the figures as JSON')
    .action(async (folder: string | undefined, options: Options) => {
      if (options.watch && !folder)
        throw new PipelineError('CONFIG_OUT_OF_RANGE', '--watch without a folder', 'name the folder to watch')
      const source = folder ? path.resolve(folder) : 'default'
      const abort = new AbortController()
      const { signal } = abort
      const interrupt = () => abort.abort(interrupted())
      // Once: a second Ctrl-C ends the process as usual.
      process.once('SIGINT', interrupt)
      try {
        await ingestFrom(source, options, signal)
      } catch (error) {
        if (!options.watch || !signal.aborted) throw error
        process.exitCode = exitCodes.interrupted
      } finally {
        process.off('SIGINT', interrupt)
      }
    })

async function ingestFrom(source: string, { watch, duplicates, json }: Options, signal: AbortSignal): Promise<void> {
  const { default: rag, findDuplicates } = await import('@tenfold/rag')
  const report = openReporter('ingest')
  // Before the first reading, so that no change falls between.
  const changes = watch ? await changesIn(source, signal) : undefined
  try {
    const shelf = shelfFor(source)
    const config = await bestKnownConfig()
    const once = async () => {
      const read = await readIn(source, { target, config, report, signal, searchable: () => makeCurrent(shelf) })
      makeCurrent(shelf)
      report.end()
      return read
    }
    const target = await rag.open({ config, workspace: shelf.workspace })
    try {
      const { stats, warnings } = await once()
      const threshold = similarEnough
      const found = duplicates ? await findDuplicates(config, shelf.workspace, { threshold, signal }) : undefined
      if (json) console.log(JSON.stringify({ ...stats, warnings, ...(found ? { duplicates: found } : {}) }))
      else console.log([describeIngest(stats), ...(found ? [describeDuplicates(found)] : [])].join('\n'))
      if (!changes) return
      report.line(`watching ${source}; Ctrl-C ends`)
      for await (const _ of changes.bursts()) {
        try {
          const { stats, warnings } = await once()
          console.log(json ? JSON.stringify({ ...stats, warnings }) : describeIngest(stats))
        } catch (error) {
          // The folder changed again under the reader, or is empty for now: the next change tells.
          const passes = error instanceof PipelineError && /^DATA_/.test(error.code)
          if (!passes) throw error
          report.line(error.message)
        }
      }
    } finally {
      await target.close()
    }
  } finally {
    await changes?.close()
  }
  signal.throwIfAborted()
}

const interrupted = () =>
  new PipelineError(
    'INTERRUPTED',
    'the ingest was interrupted',
    'what is stored stays; the same command goes on from there',
  )
