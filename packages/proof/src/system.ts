import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import type { ArmRecord } from '@tenfold/contracts'
import { sha256, workspaceRoot } from '@tenfold/handoff-store'
import type { ArmSpec } from '@tenfold/harness'

/** One side of a comparison: what the user named, and the arm that opens it. */
export interface System {
  label: string
  kind: ArmRecord['kind']
  arm: ArmSpec
}

export interface Provenance {
  machine: string
  dataHash: string
  models: Record<string, string>
}

/** What makes the figures of a system what they are. */
export function describeSystem({ label, kind, arm }: System, { machine, dataHash, models }: Provenance): ArmRecord {
  const target = { module: moduleName(kind, arm.target.module), options: withoutSecrets(arm.target.options ?? {}) }
  return {
    label: kind === 'http' ? withoutQuery(label) : label,
    kind,
    target,
    config: arm.config,
    configHash: configHashOf({ target, config: arm.config }),
    binaryHash:
      kind === 'http' || kind === 'command'
        ? null
        : binaryHashOf(String(arm.target.options?.module ?? arm.target.module)),
    models,
    machine,
    dataHash,
  }
}

/** Evidence names doors by their package and files by their place in the workspace, never a machine's folders. */
function moduleName(kind: System['kind'], module: string): string {
  if (kind === 'http' || kind === 'command' || kind === 'module') return `@tenfold/target-${kind}`
  return path.isAbsolute(module) ? path.relative(workspaceRoot(), module) : module
}

/** Evidence is given to others: values of headers and environment variables stay here, and so does the query of an address. */
function withoutSecrets(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options).map(([key, value]) => {
      if ((key === 'headers' || key === 'env') && value !== null && typeof value === 'object')
        return [key, Object.fromEntries(Object.keys(value).map((name) => [name, '(not written)']))]
      if (key === 'module' || (key === 'reranker' && path.isAbsolute(String(value))))
        return [key, path.relative(workspaceRoot(), String(value))]
      return [key, key === 'url' ? withoutQuery(String(value)) : value]
    }),
  )
}

function withoutQuery(url: string): string {
  if (!URL.canParse(url)) return url
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

export const configHashOf = ({ target, config }: Pick<ArmRecord, 'target' | 'config'>): string =>
  sha256(JSON.stringify([target, Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1))]))

/** SHA-256 of a module's file; of all compiled packages where the module is one of them. Null when there is no such file. */
export function binaryHashOf(module: string, root = workspaceRoot()): string | null {
  const file = path.resolve(root, module)
  if (existsSync(file) && statSync(file).isFile()) return sha256(readFileSync(file))
  const packages = path.join(root, 'packages')
  if (!module.startsWith('@tenfold/') || !existsSync(packages)) return null
  const hash = createHash('sha256')
  for (const compiled of compiledFiles(packages))
    hash.update(path.relative(root, compiled)).update(readFileSync(compiled))
  return hash.digest('hex')
}

function compiledFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const full = path.join(folder, entry.name)
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : compiledFiles(full)
      return full.includes(`${path.sep}dist${path.sep}`) && entry.name.endsWith('.js') ? [full] : []
    })
}
