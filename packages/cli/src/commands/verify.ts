import path from 'node:path'
import { exitCodes } from '@tenfold/contracts'
import { openHandoffStore, workspaceRoot } from '@tenfold/handoff-store'
import { verifyHandoffs } from '@tenfold/phase-kit'
import { Command } from 'commander'

export const verifyCommand = () =>
  new Command('verify')
    .description('derive every figure again from the raw samples; check seals, schemas and the hash chain')
    .argument('[folder]', 'the handoff folder or the one that holds it; that of this workspace when absent')
    .option('--json', 'print the findings as JSON')
    .action(async (folder: string | undefined, { json }: { json?: boolean }) => {
      const { verifyFinal } = await import('@tenfold/report')
      const store = openHandoffStore(folder === undefined ? workspaceRoot() : rootOf(path.resolve(folder)))
      const { findings, recomputed } = verifyHandoffs(store)
      const all = [...findings, ...verifyFinal(store)]
      process.exitCode = all.length > 0 ? exitCodes.gateFailed : exitCodes.pass
      if (json) return console.log(JSON.stringify({ recomputed, findings: all }))
      for (const { file, field, problem } of all) console.log(`✗ ${file}${field ? ` ${field}` : ''}: ${problem}`)
      console.log(
        all.length > 0
          ? `${all.length} findings; ${recomputed} figures derived again`
          : `✓ ${recomputed} figures derived again from raw samples, all as stored; the chain holds`,
      )
    })

/** A folder of another name is never taken for the `handoff` beside it. */
const rootOf = (folder: string): string => (path.basename(folder) === 'handoff' ? path.dirname(folder) : folder)
