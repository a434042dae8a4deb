import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const held = new Map<string, number>()
const own = (folder: string) => path.join(folder, `open-${process.pid}`)

/**
 * Notes that this process has the graph of a folder open. The notes left by processes that ended without closing it: a crash, perhaps of
 * a damaged file. A folder nobody may write to has no notes.
 */
export function markOpen(folder: string): string[] {
  const left = readdirSync(folder).filter((name) => /^open-\d+$/.test(name) && !inUse(folder, Number(name.slice(5))))
  try {
    writeFileSync(own(folder), '')
  } catch {
    return []
  }
  held.set(folder, (held.get(folder) ?? 0) + 1)
  return left.map((name) => path.join(folder, name))
}

/** Takes notes away, once their graph was tried and found sound. */
export function dropMarks(folder: string, left: readonly string[]): void {
  for (const note of left) if (note !== own(folder)) rmSync(note, { force: true })
}

export function markClosed(folder: string): void {
  const others = (held.get(folder) ?? 0) - 1
  held.set(folder, others)
  if (others <= 0) rmSync(own(folder), { force: true })
}

function inUse(folder: string, pid: number): boolean {
  // in a container every life has the same number
  if (pid === process.pid) return (held.get(folder) ?? 0) > 0
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
