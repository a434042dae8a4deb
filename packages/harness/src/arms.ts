import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { PipelineError, type Target, type TargetModule } from '@tenfold/contracts'
import { workspaceRoot } from '@tenfold/handoff-store/files'
import { seededRandom } from '@tenfold/measure'
import type { ArmSpec, Job, TargetRef } from './job.ts'

export interface OpenArm {
  target: Target
  workspace: string
  /** Closes the target, so that its files are whole; they stay until `close`. */
  settle(): Promise<void>
  close(): Promise<void>
}

/** What runs may throw away: arms' copies of the index, journals, built indexes. */
export const scratchFolder = (root = workspaceRoot()): string => path.join(root, '.tenfold')

/** Loads a target module by package name, URL or path; its default export is a `TargetModule`. */
export async function loadTarget({ module }: TargetRef): Promise<TargetModule> {
  const specifier = module.startsWith('.') || path.isAbsolute(module) ? path.resolve(workspaceRoot(), module) : module
  try {
    const loaded: { default?: TargetModule } = await import(resolveFromRoot(specifier))
    if (typeof loaded.default?.open === 'function') return loaded.default
  } catch (cause) {
    throw new PipelineError(
      'TARGET_FAILED',
      `target ${JSON.stringify(module)} does not load: ${cause}`,
      'check `target` in tenfold.config.ts',
      { cause },
    )
  }
  throw new PipelineError(
    'TARGET_FAILED',
    `target ${JSON.stringify(module)} has no default export with open()`,
    'export default { name, knobs, open }',
  )
}

/** A workspace package is found from the root, where the configuration that names it lies. */
function resolveFromRoot(specifier: string): string {
  if (path.isAbsolute(specifier)) return specifier
  const folder = specifier.replace(/^@tenfold\/(target-)?/, (_, door) => (door ? 'targets/' : ''))
  const local = path.join(workspaceRoot(), 'packages', folder, 'dist', 'index.js')
  return specifier.startsWith('@tenfold/') && existsSync(local) ? local : specifier
}

/** Every arm with a copy of its index of its own, opened in coin order so that neither always comes second. */
export async function openArms(job: Pick<Job, 'arms' | 'seed' | 'tasks'>, signal?: AbortSignal): Promise<OpenArm[]> {
  const order = job.arms.map((_, i) => i)
  if (seededRandom(job.seed)() < 0.5) order.reverse()
  const into = job.tasks.find((task) => task.kind === 'ingest')?.into
  const opened: OpenArm[] = []
  try {
    for (const i of order) opened[i] = await openArm(job.arms[i]!, signal, job.arms.length > 1, into)
    return opened
  } catch (error) {
    for (const arm of opened) await arm?.close()
    throw error
  }
}

/** `into`: where the index that is built in this arm will be copied to. */
export async function openArm(
  { target: ref, config, index }: ArmSpec,
  signal?: AbortSignal,
  shared = false,
  into?: string,
): Promise<OpenArm> {
  const module = await loadTarget(ref)
  const folder = path.join(scratchFolder(), 'arms')
  mkdirSync(folder, { recursive: true })
  const workspace = mkdtempSync(path.join(folder, `${process.pid}-`))
  if (index) cpSync(index, workspace, { recursive: true })
  const kept = index ?? into
  const remove = () => rmSync(workspace, { recursive: true, force: true })
  try {
    const target = await module.open({
      config,
      workspace,
      shared,
      ...(kept ? { index: kept } : {}),
      ...(ref.options ? { options: ref.options } : {}),
      ...(signal ? { signal } : {}),
    })
    let closing: Promise<void> | undefined
    const settle = () => (closing ??= target.close())
    return {
      target,
      workspace,
      settle,
      async close() {
        await settle()
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

/** Removes what measured processes left that were killed. */
export function sweepArms(root: string): void {
  const folder = path.join(scratchFolder(root), 'arms')
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!isAlive(Number.parseInt(name, 10))) rmSync(path.join(folder, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
