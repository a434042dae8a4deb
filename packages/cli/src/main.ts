#!/usr/bin/env node
import { exitCodes, PipelineError } from '@tenfold/contracts'
import { explain } from '@tenfold/phase-kit'
import { Command, CommanderError } from 'commander'
import { adviseCommand } from './commands/advise.ts'
import { askCommand } from './commands/ask.ts'
import { baselineCommand } from './commands/baseline.ts'
import { compareCommand } from './commands/compare.ts'
import { fusionCommand } from './commands/fusion.ts'
import { gateCommand } from './commands/gate.ts'
import { importCommand } from './commands/import.ts'
import { ingestCommand } from './commands/ingest.ts'
import { leakCommand } from './commands/leak.ts'
import { maintainCommand } from './commands/maintain.ts'
import { modelsCommand } from './commands/models.ts'
import { runCommand } from './commands/run.ts'
import { selftestCommand } from './commands/selftest.ts'
import { verifyCommand } from './commands/verify.ts'

const program = new Command('tenfold')
  .description('Measure a RAG system, make it faster and smaller, keep only what can be proven.')
  .addCommand(runCommand())
  .addCommand(ingestCommand())
  .addCommand(askCommand())
  .addCommand(compareCommand())
  .addCommand(selftestCommand())
  .addCommand(verifyCommand())
  .addCommand(gateCommand())
  .addCommand(baselineCommand())
  .addCommand(leakCommand())
  .addCommand(modelsCommand())
  .addCommand(importCommand())
  .addCommand(adviseCommand())
  .addCommand(fusionCommand())
  .addCommand(maintainCommand())
  .showHelpAfterError()

for (const command of [program, ...program.commands]) command.exitOverride()

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.pass : exitCodes.usage
  else {
    console.error(explain(error))
    process.exitCode = error instanceof PipelineError ? error.exitCode : exitCodes.gateFailed
  }
}
