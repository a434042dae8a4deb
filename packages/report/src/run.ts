import { PipelineError } from '@tenfold/contracts'
import { openHandoffStore } from '@tenfold/handoff-store'
import { explain } from '@tenfold/phase-kit'
import { summaryLines, wantsColor } from './summary.ts'
import { writeReport } from './write.ts'

try {
  const final = writeReport(openHandoffStore())
  process.stdout.write(`${summaryLines(final, { color: wantsColor(process.stdout, process.env) }).join('\n')}\n`)
} catch (error) {
  process.stderr.write(`report   ${explain(error)}\n`)
  process.exitCode = error instanceof PipelineError ? error.exitCode : 1
}
