import path from 'node:path'
import { crowd } from './crowd.ts'
import type { Row } from './row.ts'

const limitBytes = 64 * 2 ** 20

export async function crowdRows(folder: string, ms: number): Promise<Row[]> {
  const found = await crowd(path.join(folder, 'crowd.db'), { ms, readers: 4, limitBytes, copyEveryMs: ms / 6 })
  const { commits, reads, copies, torn, busy, failed, highestWalBytes } = found
  const faults = torn + busy + failed.length
  const met = faults === 0 && highestWalBytes <= limitBytes
  return [
    {
      what: `faults in ${ms / 1000} s with one writer, four readers, a checkpoint thread and copies`,
      goal: '0, log ≤ 64 MiB',
      measured: faults,
      interval: null,
      met,
      why: `${commits} commits, ${reads} reads, ${copies} copies; ${torn} torn reads, ${busy} times SQLITE_BUSY, ${failed.length} other errors${failed[0] ? ` (${failed[0]})` : ''}; the log had ${(highestWalBytes / 2 ** 20).toFixed(1)} MiB at most; the writer asks for room between transactions, and waits while a checkpoint waits for the disk`,
    },
  ]
}
