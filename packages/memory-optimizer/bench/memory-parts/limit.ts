import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** A limit that a process is started under. */
export interface Limit {
  what: string
  /** Comes before the command. */
  prefix: string[]
  remove(): void
}

const groups = [
  { root: '/sys/fs/cgroup/memory', file: 'memory.limit_in_bytes' },
  { root: '/sys/fs/cgroup', file: 'memory.max' },
]

/**
 * A control group, which counts the pages in use and ends what goes beyond; where none can be made, RLIMIT_DATA, which counts all that
 * was reserved too. Undefined where there is neither.
 */
export function limitMemory(bytes: number): Limit | undefined {
  for (const { root, file } of groups) {
    const folder = path.join(root, `tenfold-${process.pid}`)
    try {
      if (!existsSync(root)) continue
      mkdirSync(folder)
      writeFileSync(path.join(folder, file), `${bytes}`)
      const join = ['sh', '-c', `echo $$ > ${folder}/cgroup.procs && exec "$@"`, 'sh']
      return { what: `a control group of ${mega(bytes)}`, prefix: join, remove: () => rmdirSync(folder) }
    } catch {
      if (existsSync(folder)) rmdirSync(folder)
    }
  }
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' })
    return { what: `RLIMIT_DATA of ${mega(bytes)}`, prefix: ['prlimit', `--data=${bytes}`], remove() {} }
  } catch {
    return undefined
  }
}

const mega = (bytes: number) => `${Math.round(bytes / 1e6)} MB`
