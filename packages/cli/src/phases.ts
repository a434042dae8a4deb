import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { exitCodes, type PhaseId } from '@tenfold/contracts'

/** Packages in the order turbo.json gives them; a phase is run by the same file that turbo runs. */
export const phasePackages: Record<PhaseId | 'report', string> = {
  baseline: 'baseline',
  profiler: 'profiler',
  memory: 'memory-optimizer',
  speed: 'speed-optimizer',
  metal: 'metal-optimizer',
  db: 'db-optimizer',
  cache: 'cache-manager',
  tuner: 'auto-tuner',
  report: 'report',
}

/** Runs one phase in a process of its own, as turbo does; resolves with its exit code. */
export function runPhasePackage(name: string): Promise<number> {
  const file = fileURLToPath(new URL('./run.js', import.meta.resolve(`@tenfold/${name}`)))
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file], { stdio: 'inherit' })
    // Ctrl-C reaches the phase by the terminal; this process waits for it to put its journal in order
    const wait = () => {}
    process.on('SIGINT', wait)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.off('SIGINT', wait)
      resolve(signal ? exitCodes.interrupted : (code ?? 1))
    })
  })
}
