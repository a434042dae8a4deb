import { type PhaseId, phaseIds, profiles } from '@tenfold/contracts'
import { Command, Option } from 'commander'
import { phasePackages, runPhasePackage } from '../phases.ts'

interface Options {
  resume?: boolean
  only?: PhaseId | 'report'
  profile?: string
  data?: string
  target?: string
  start?: string
}

export const runCommand = () =>
  new Command('run')
    .description('the whole pipeline: baseline → profiler → memory → speed → metal → db → cache → tuner → report')
    .option('--resume', 'go on where an interrupted run stopped')
    .addOption(
      new Option('--only <phase>', 'one phase, on the handoffs that are there').choices([...phaseIds, 'report']),
    )
    .addOption(new Option('--profile <name>', 'how much to spend').choices(Object.keys(profiles)))
    .option('--data <folder>', 'BEIR data or any folder of documents')
    .option('--target <module>', 'the system under test')
    .addOption(new Option('--start <config>', 'configuration to begin with').choices(['defaults', 'accepted']))
    .action(async ({ resume, only, ...overrides }: Options) => {
      for (const [key, value] of Object.entries(overrides))
        if (value) process.env[`TENFOLD_${key.toUpperCase()}`] = value
      if (resume) process.env.TENFOLD_RESUME = '1'
      for (const [phase, name] of Object.entries(phasePackages)) {
        if (only && only !== phase) continue
        const code = await runPhasePackage(name)
        if (code !== 0) {
          process.exitCode = code
          return
        }
      }
    })
