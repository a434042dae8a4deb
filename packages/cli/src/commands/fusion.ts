import { exitCodes } from '@tenfold/contracts'
import { loadSettings } from '@tenfold/phase-kit'
import { Command } from 'commander'
import { bestKnownConfig, currentShelf, openDataOf } from '../library.ts'

export const fusionCommand = () =>
  new Command('fusion')
    .description(
      'which way to fuse vector search and BM25 finds more, by the judged questions of the data; changes nothing',
    )
    .option('--data <folder>', 'questions and their documents; those the index was made from when absent')
    .option('--json', 'print the fit as JSON, with everything that was tried')
    .action(async (options: { data?: string; json?: boolean }) => {
      const { fitFusionOf, patchOf } = await import('@tenfold/rag')
      const settings = await loadSettings()
      const { source, workspace } = currentShelf()
      const { questions } = await openDataOf(options.data ?? source, settings.data)
      const fit = await fitFusionOf({ config: await bestKnownConfig(settings), workspace }, questions)
      const knobs = patchOf(fit.fusion)
      process.exitCode = fit.accepted ? exitCodes.pass : exitCodes.inconclusive
      if (options.json) return console.log(JSON.stringify({ ...fit, knobs }))
      const best = Object.entries(patchOf(fit.best)).map(([key, value]) => `${key} ${value}`)
      console.log(`best on the tune questions: ${best.join(', ')}`)
      console.log(`${fit.accepted ? '✓' : '?'} ${fit.reason} (nDCG@10 against reciprocal ranks of 60)`)
      console.log(
        fit.accepted ? `for config in tenfold.config.ts: ${JSON.stringify(knobs)}` : 'stay with what is there',
      )
    })
