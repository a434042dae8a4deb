import { fileURLToPath } from 'node:url'
import { messageOf, PipelineError, phaseFiles } from '@tenfold/contracts'
import { openHandoffStore } from '@tenfold/handoff-store'
import { openReporter } from '@tenfold/harness'
import { outcomeLines } from './outcome.ts'
import type { Phase } from './phase.ts'
import { runPhase } from './run-phase.ts'
import { isFinished } from './session.ts'

/** What a phase package runs: `await phaseMain(phase, new URL('./phase.js', import.meta.url))`. Sets the exit code; never throws. */
export async function phaseMain(phase: Phase, phaseModule: URL): Promise<number> {
  const abort = new AbortController()
  const stop = () => abort.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const report = openReporter(phase.id)
  try {
    const resume = process.env.TENFOLD_RESUME === '1'
    if (resume && isFinished(openHandoffStore(), phase.id)) {
      report.line(`${phaseFiles[phase.id]}_complete.json is of this run already`)
      return (process.exitCode = 0)
    }
    const handoff = await runPhase(phase, {
      phaseModule: fileURLToPath(phaseModule),
      signal: abort.signal,
      resume,
      reporter: report,
    })
    for (const line of outcomeLines(handoff)) report.line(line)
    return (process.exitCode = 0)
  } catch (error) {
    report.end()
    report.line(explain(error))
    return (process.exitCode = error instanceof PipelineError ? error.exitCode : 1)
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}

/** An error as the person at the terminal needs it. */
export function explain(error: unknown): string {
  if (!(error instanceof PipelineError))
    return error instanceof Error ? (error.stack ?? error.message) : messageOf(error)
  return `${error.code}: ${error.message}\n${' '.repeat(9)}→ ${error.hint}`
}
