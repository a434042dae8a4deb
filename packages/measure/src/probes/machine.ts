import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import os from 'node:os'
import type { Conditions } from '@tenfold/contracts'

/** What the figures were measured on. The fingerprint tells machines apart without naming them. */
export function machine(): Conditions['machine'] {
  const cpus = os.cpus()
  const facts = {
    platform: `${os.platform()} ${os.release()}`,
    arch: os.arch(),
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
  }
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([facts, cpuFlags()]))
    .digest('hex')
    .slice(0, 16)
  return { ...facts, fingerprint }
}

/** Instruction sets the kernel reports, sorted; empty where it reports none. */
export function cpuFlags(): string[] {
  try {
    return (/^flags\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '')
      .split(' ')
      .filter(Boolean)
      .sort()
  } catch {
    return []
  }
}

/** Memory a process may still take: the smaller of what is free and what the container allows. */
export function availableMemoryBytes(): number {
  const constrained = process.constrainedMemory()
  const limit =
    constrained > 0 && constrained < 2 ** 53 ? constrained - process.memoryUsage().rss : Number.POSITIVE_INFINITY
  return Math.min(process.availableMemory(), limit)
}
