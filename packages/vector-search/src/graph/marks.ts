import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const held = new Map<string, number>()
const own = (folder: string) => path.join(folder, `open-${process.pid}`)

/**
 * Notes that this process has the graph of a folder open. True where a process that did ended without closing it: a crash, perhaps of
 * a damaged file. A folder nobody may write to has no notes.
 */
export function markOpen(folder: string): boolean {
  const left = readdirSync(folder).filter((name) => /^open-\d+$/.test(name) && !inUse(folder, Number(name.slice(5))))
  try {
    writeFileSync(own(folder), '')
    held.set(folder, (held.get(folder) ?? 0) + 1)
    for (const name of left)
      if (path.join(folder, name) !== own(folder)) rmSync(path.join(folder, name), { force: true })
  } catch {
    return false
  }
  return left.length > 0
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
