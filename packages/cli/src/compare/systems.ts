import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Config, defaultConfig, PipelineError, parseConfig, type Settings } from '@tenfold/contracts'
import { openHandoffStore, workspaceRoot } from '@tenfold/handoff-store'
import { targetOf } from '@tenfold/phase-kit'
import type { System } from '@tenfold/proof'
import { checkOut } from './revision.ts'

/** What a word on the command line may name. */
export const systemForms = [
  'http(s)://…             a running service',
  'command:<command line>  a process that reads questions as JSON lines',
  'module:<file>           a JavaScript module',
  'git:<revision>          the system of this workspace at a revision',
  'defaults | accepted     the built-in system, as it comes or as the last run left it',
  'key=value[,key=value]   the built-in system with other settings',
  '<file>.json             settings, a recording or evidence',
]

export interface SystemOptions {
  settings: Settings
  /** Options of the HTTP, command or module door, for both sides. */
  template: Record<string, unknown>
}

/** The system that `text` names; its index, where it needs one, is found later. Throws CONFIG_UNREADABLE with the forms there are. */
export async function parseSystem(text: string, { settings, template }: SystemOptions): Promise<System> {
  const door = (kind: 'http' | 'command' | 'module', options: Record<string, unknown>): System => ({
    label: text,
    kind,
    arm: {
      target: { module: doorOf(kind), options: { ...template, ...options } },
      config: defaultConfig,
      index: null,
    },
  })
  const configured = (config: Config): System => ({
    label: text,
    kind: 'config',
    arm: { target: targetOf(settings), config, index: null },
  })
  const own = parseConfig(settings.config)
  if (/^https?:\/\//.test(text)) return door('http', { url: text })
  if (text.startsWith('command:')) return door('command', { command: text.slice('command:'.length) })
  if (text.startsWith('module:')) return door('module', { module: path.resolve(text.slice('module:'.length)) })
  if (text.startsWith('git:')) {
    const root = await checkOut(text.slice('git:'.length))
    return {
      ...configured(own),
      kind: 'revision',
      arm: { target: { ...targetOf(settings), module: targetIn(root, settings.target) }, config: own, index: null },
    }
  }
  if (text === 'defaults') return configured(own)
  if (text === 'accepted') return configured(parseConfig(openHandoffStore(workspaceRoot()).readFinal().config))
  if (/^[\w.]+=/.test(text)) return configured(parseConfig(assignments(text), own))
  if (text.endsWith('.json') && existsSync(text))
    return configured(parseConfig(JSON.parse(readFileSync(text, 'utf8')), own))
  throw new PipelineError(
    'CONFIG_UNREADABLE',
    `${JSON.stringify(text)} names no system`,
    `write one of:\n  ${systemForms.join('\n  ')}`,
  )
}

/** Where the door lies: a workspace elsewhere does not hold it. */
const doorOf = (kind: string): string => fileURLToPath(import.meta.resolve(`@tenfold/target-${kind}`))

/** The same module, of another checkout of this workspace. */
function targetIn(root: string, module: string): string {
  if (!module.startsWith('@tenfold/')) return path.resolve(root, module)
  return path.join(root, 'packages', module.slice('@tenfold/'.length), 'dist', 'index.js')
}

/** `a=1,b=true` → { a: 1, b: true }; what is not JSON is text. */
function assignments(text: string): Record<string, unknown> {
  return Object.fromEntries(
    text.split(',').map((part) => {
      const at = part.indexOf('=')
      const value = part.slice(at + 1)
      try {
        return [part.slice(0, at), JSON.parse(value)]
      } catch {
        return [part.slice(0, at), value]
      }
    }),
  )
}
