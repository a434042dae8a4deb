#!/usr/bin/env node
import { exitCodes, PipelineError } from '@tenfold/contracts'
import { explain } from '@tenfold/phase-kit'
import { Command, CommanderError } from 'commander'

/** Each with what it imports: a command does not wait for the parts of the others. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./commands/run.ts')).runCommand(),
  ingest: async () => (await import('./commands/ingest.ts')).ingestCommand(),
  ask: async () => (await import('./commands/ask.ts')).askCommand(),
  compare: async () => (await import('./commands/compare.ts')).compareCommand(),
  selftest: async () => (await import('./commands/selftest.ts')).selftestCommand(),
  verify: async () => (await import('./commands/verify.ts')).verifyCommand(),
  gate: async () => (await import('./commands/gate.ts')).gateCommand(),
  baseline: async () => (await import('./commands/baseline.ts')).baselineCommand(),
  leak: async () => (await import('./commands/leak.ts')).leakCommand(),
  models: async () => (await import('./commands/models.ts')).modelsCommand(),
  import: async () => (await import('./commands/import.ts')).importCommand(),
  advise: async () => (await import('./commands/advise.ts')).adviseCommand(),
  fusion: async () => (await import('./commands/fusion.ts')).fusionCommand(),
  maintain: async () => (await import('./commands/maintain.ts')).maintainCommand(),
}

const asked = process.argv[2] ?? ''
const shown = Object.hasOwn(commands, asked) ? [asked] : Object.keys(commands)
const program = new Command('tenfold')
  .description('Measure a RAG system, make it faster and smaller, keep only what can be proven.')
  .showHelpAfterError()
for (const name of shown) program.addCommand(await commands[name]!())

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
