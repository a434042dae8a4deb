import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { memoryOf } from '@tenfold/measure'
import type { Limit } from './limit.ts'

/** How often the private memory of a child is read: from here, since a native call of the child would hold up a timer of its own. */
const everyMs = 5

export interface ArmResult<Report> {
  report: Report
  /** Highest private bytes over all. */
  peakBytes: number
  /** The same from each mark to the next. */
  peaks: Record<string, number>
}

/** A script of this folder in a fresh process, under `limit` where one is given. */
export async function runArm<Report>(script: string, job: unknown, limit?: Limit): Promise<ArmResult<Report>> {
  const file = fileURLToPath(new URL(`${script}.mjs`, import.meta.url))
  const command = [...(limit?.prefix ?? []), process.execPath, '--expose-gc', file, JSON.stringify(job)]
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] })
  let phase = 'load'
  const peaks: Record<string, number> = {}
  const timer = setInterval(() => {
    try {
      const { rssAnonBytes = 0 } = memoryOf(child.pid!)
      peaks[phase] = Math.max(peaks[phase] ?? 0, rssAnonBytes)
    } catch {
      // it has ended
    }
  }, everyMs)
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-2000)
  })
  const exit = once(child, 'exit')
  let report: Report | undefined
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const told = JSON.parse(line)
      if (told.mark) phase = told.mark
      else report = told.report
    }
    const [code, signal] = await exit
    if (report === undefined) throw new Error(`${script} ended with ${signal ?? code}: ${errors.trim().slice(-300)}`)
  } finally {
    clearInterval(timer)
    child.kill('SIGKILL')
  }
  return { report, peakBytes: Math.max(...Object.values(peaks)), peaks }
}
