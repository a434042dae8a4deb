import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { seededRandom } from '@tenfold/measure'

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const subjects = [
  'vector',
  'index',
  'cache',
  'query',
  'token',
  'prompt',
  'encoder',
  'chunk',
  'ranking',
  'fusion',
  'memory',
  'thread',
]

/** A workspace with a configuration and documents, each of which its own title finds. */
export function workspace(target = here('./toy-target.mjs')): string {
  const root = mkdtempSync(path.join(os.tmpdir(), 'tenfold-toy-'))
  mkdirSync(path.join(root, 'docs'))
  const random = seededRandom(1)
  for (const [i, subject] of subjects.entries()) {
    for (const kind of ['guide', 'reference']) {
      const filler = Array.from({ length: 300 }, () => `w${Math.floor(random() * 5000)}`).join(' ')
      writeFileSync(
        path.join(root, 'docs', `${subject}-${kind}.md`),
        `# The ${subject} ${kind} number${i}\n\n${filler}\n`,
      )
    }
  }
  writeFileSync(path.join(root, 'tenfold.config.ts'), `export default ${JSON.stringify({ target, data: './docs' })}\n`)
  return root
}

export type ToyPhase = 'baseline' | 'db' | 'tuner'

export interface Ended {
  code: number | null
  output: string
}

export function start(
  root: string,
  phase: ToyPhase,
  env: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [here('./toy-main.mjs'), phase], {
    env: {
      ...process.env,
      TENFOLD_ROOT: root,
      TENFOLD_TARGET: '',
      TENFOLD_DATA: '',
      TENFOLD_STORE: '',
      TENFOLD_PROFILE: '',
      ...env,
    },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let output = ''
  child.stderr!.on('data', (chunk) => (output += chunk))
  return { child, ended: once(child, 'close').then(([code]) => ({ code, output })) }
}

export const run = (root: string, phase: ToyPhase, env?: Record<string, string>): Promise<Ended> =>
  start(root, phase, env).ended
