import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, vi } from 'vitest'

const script = join(import.meta.dirname, '../../../../scripts/servers/postgres.sh')

const call = (command: string, folder: string) => {
  const { status, stdout, stderr } = spawnSync(script, [command, folder], { encoding: 'utf8', timeout: 110_000 })
  return { done: status === 0, stdout: stdout?.trim() ?? '', stderr: stderr ?? '' }
}

export interface TestServer {
  url: string
  /** Ends it as a crash would and starts it again. */
  restart(): Promise<void>
}

/** A real server of this file's own; undefined, and said so, where none can be had. */
export function startServer(): TestServer | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'tenfold-pg-'))
  const { done, stdout, stderr } = call('start', folder)
  if (!done) {
    rmSync(folder, { recursive: true, force: true })
    console.log(`PostgreSQL: not tested here: ${stderr.trim().split('\n').at(-1)}`)
    return undefined
  }
  vi.stubEnv('TENFOLD_POSTGRES_URL', stdout)
  afterAll(() => {
    vi.unstubAllEnvs()
    call('stop', folder)
  })
  return {
    url: stdout,
    async restart() {
      const [code] = await once(spawn(script, ['restart', folder], { stdio: 'ignore' }), 'exit')
      if (code !== 0) throw new Error(`the server did not come back: ${code}`)
    },
  }
}

const root = mkdtempSync(join(tmpdir(), 'tenfold-pg-indexes-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
export const folder = (): string => mkdtempSync(join(root, 'index-'))
