import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Config, PipelineError, parseConfig, type Settings } from '@tenfold/contracts'
import { settingsSchema } from '@tenfold/contracts/schemas'
import { openHandoffStore, workspaceRoot } from '@tenfold/handoff-store'
import type { TargetRef } from '@tenfold/harness'

const environment = {
  target: 'TENFOLD_TARGET',
  data: 'TENFOLD_DATA',
  store: 'TENFOLD_STORE',
  reranker: 'TENFOLD_RERANKER',
  profile: 'TENFOLD_PROFILE',
  start: 'TENFOLD_START',
} as const

/** tenfold.config.ts with TENFOLD_* on top. Throws CONFIG_UNREADABLE or CONFIG_OUT_OF_RANGE. */
export async function loadSettings(root = workspaceRoot()): Promise<Settings> {
  const file = path.join(root, 'tenfold.config.ts')
  const own = existsSync(file) ? await importSettings(file) : {}
  const given = Object.entries(environment).flatMap(([key, name]) =>
    process.env[name] ? [[key, process.env[name]]] : [],
  )
  const parsed = settingsSchema.safeParse({ ...own, ...Object.fromEntries(given) })
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const where = issue?.path.join('.') || (issue && 'keys' in issue ? String(issue.keys) : '(top)')
    throw new PipelineError(
      'CONFIG_OUT_OF_RANGE',
      `tenfold.config.ts at ${where}: ${issue?.message}`,
      'correct it there, or the TENFOLD_* variable that overrides it',
    )
  }
  const { store, reranker, ...rest } = parsed.data
  const settings: Settings = {
    ...rest,
    config: store ? { ...rest.config, 'rag.store': store } : rest.config,
    ...(reranker ? { reranker: isFile(reranker) ? path.resolve(root, reranker) : reranker } : {}),
  }
  parseConfig(settings.config)
  return settings.data === 'default' ? settings : { ...settings, data: path.resolve(root, settings.data) }
}

const isFile = (module: string): boolean => module.startsWith('.') || path.isAbsolute(module)

/** The door that the settings name, with what it is told of them. */
export const targetOf = ({ target, reranker }: Settings): TargetRef => ({
  module: target,
  ...(reranker ? { options: { reranker } } : {}),
})

async function importSettings(file: string): Promise<object> {
  try {
    const { tsImport } = await import('tsx/esm/api')
    const loaded: { default?: object } = await tsImport(pathToFileURL(file).href, import.meta.url)
    const settings = loaded.default ?? {}
    // outside an ES module package the file is read as CommonJS, whose exports arrive as one default
    return '__esModule' in settings && 'default' in settings ? (settings.default as object) : settings
  } catch (cause) {
    throw new PipelineError(
      'CONFIG_UNREADABLE',
      `tenfold.config.ts does not load: ${cause}`,
      'it must export default defineSettings({ … })',
      { cause },
    )
  }
}

/** The configuration a run begins with: the last accepted one when asked for, with the owner's own settings on top. */
export function startConfig(settings: Settings, root = workspaceRoot()): Config {
  const accepted =
    settings.start === 'accepted' ? parseConfig(openHandoffStore(root).readFinal().config) : parseConfig({})
  return parseConfig(settings.config, accepted)
}
