import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type Role = 'encoder' | 'generator'

/**
 * What asking for a device came to. `actual` is read back, never echoed. `unavailable`: not in the binaries; `present-unusable`:
 * listed, but it crashed, hung, refused or quietly ran elsewhere; `rejected-parity`: it ran and gave other numbers; `usable`: worth timing;
 * `rejected-slower` and `adopted` come from the comparison.
 */
export interface Probe {
  role: Role
  requested: string
  status: 'unavailable' | 'present-unusable' | 'rejected-parity' | 'usable' | 'rejected-slower' | 'adopted'
  actual: string | null
  reason: string
  evidence: Record<string, unknown>
}

/** What the probing process prints: one JSON line. */
export interface ProbeReply {
  actual: string
  /** Smallest cosine to the same texts on the CPU; for generators, whether greedy text is the same. */
  parity: number
  loadMs: number
}

/** Longest a device may take to prove itself. A hang is an answer too. */
const timeoutMs = 15_000
/** Same arithmetic on another device. */
const minCosine = 0.999

export type RunProbe = (role: Role, device: string) => Promise<ProbeReply>

const childFile = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../dist/probe-child.js' : './probe-child.js', import.meta.url),
)

/** Tries the device in a process of its own: a crash or a hang there is a finding, not an accident. */
const runProbeChild: RunProbe = (role, device) =>
  new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [childFile, role, device],
      { timeout: timeoutMs, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        const line = stdout.trim().split('\n').at(-1) ?? ''
        const said = line.startsWith('{') ? (JSON.parse(line) as ProbeReply | { failed: string }) : undefined
        if (said && !('failed' in said)) return resolve(said)
        const silent = error?.killed ? `gave no answer in ${timeoutMs / 1000} s` : (error?.message ?? stderr)
        reject(new Error(plain(said?.failed ?? silent)))
      },
    )
  })

/** A native message without colours and without the folders of one machine. */
function plain(message: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with an escape
  const text = message.replace(/\x1b\[[0-9;]*m/g, '').replace(/(\/[\w.@+-]+)+\/(?=[\w.@+-]+)/g, '…/')
  return text.trim().split('\n').at(-1)!.slice(0, 300)
}

/** Discover → identity → parity for one device. */
export async function probeDevice(
  role: Role,
  device: string,
  listed: boolean,
  run: RunProbe = runProbeChild,
): Promise<Probe> {
  const base = { role, requested: device, actual: null, evidence: { listed } }
  if (!listed) return { ...base, status: 'unavailable', reason: `the installed ${role} binaries have no ${device}` }
  try {
    const reply = await run(role, device)
    const evidence = { listed, ...reply }
    const found = { ...base, actual: reply.actual, evidence }
    if (reply.actual !== device)
      return { ...found, status: 'present-unusable', reason: `asked for ${device}, ran on ${reply.actual}` }
    if (!(reply.parity >= minCosine))
      return {
        ...found,
        status: 'rejected-parity',
        reason: `parity with the CPU is ${reply.parity.toFixed(5)}, wanted ${minCosine}`,
      }
    return { ...found, status: 'usable', reason: 'ran there and gave the same numbers' }
  } catch (error) {
    return { ...base, status: 'present-unusable', reason: error instanceof Error ? error.message : String(error) }
  }
}
