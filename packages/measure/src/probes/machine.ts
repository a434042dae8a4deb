import { createHash } from 'node:crypto'
import os from 'node:os'
import type { Conditions } from '@tenfold/contracts'
import { kernelFile } from './kernel-file.ts'

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
  const flags = /^flags\s*: (.*)$/m.exec(kernelFile('/proc/cpuinfo'))?.[1] ?? ''
  return flags.split(' ').filter(Boolean).sort()
}

/**
 * Bytes the container of this process allows: the strictest `memory.max` of its control group (cgroup v2) and those above it, and
 * what Node knows; null without a limit.
 */
export function memoryLimitBytes(read = kernelFile, constrained = process.constrainedMemory()): number | null {
  const limits = cgroupLimits(read)
  // Node answers 2^64 - 1, or so, where there is no limit
  if (constrained > 0 && constrained < 2 ** 53) limits.push(constrained)
  return limits.length > 0 ? Math.min(...limits) : null
}

function cgroupLimits(read: (file: string) => string): number[] {
  const own = /^0::\/(.*)$/m.exec(read('/proc/self/cgroup'))?.[1]
  if (own === undefined) return []
  const names = own.split('/').filter(Boolean)
  return [...names, ''].flatMap((_, depth) => {
    const folder = ['/sys/fs/cgroup', ...names.slice(0, depth)].join('/')
    // "max" is no limit
    return /^\d+$/.test(read(`${folder}/memory.max`).trim()) ? Number(read(`${folder}/memory.max`)) : []
  })
}

/** Memory a process may still take: the smaller of what is free and what the container allows. */
export function availableMemoryBytes(): number {
  const limit = memoryLimitBytes()
  return Math.min(
    process.availableMemory(),
    limit === null ? Number.POSITIVE_INFINITY : limit - process.memoryUsage.rss(),
  )
}
