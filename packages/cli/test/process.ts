import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

/** The compiled command: what is tested is what ships. */
export const main = join(import.meta.dirname, '../dist/main.js')

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs `tenfold` in a workspace, with none of the settings of whoever runs the tests. */
export async function tenfold(
  root: string,
  args: readonly string[],
  settings: Record<string, string> = {},
): Promise<Ended> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('TENFOLD_') || name === 'TENFOLD_CACHE',
  )
  const env = { ...Object.fromEntries(inherited), TENFOLD_ROOT: root, ...settings }
  const child = spawn(process.execPath, [main, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}

/** A new folder with these files in it; removed after the test. */
export function folder(files: Record<string, string | Uint8Array> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'tenfold-cli-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), content)
  }
  return path
}
