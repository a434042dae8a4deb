import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultConfig, type Patch, type Store } from '@tenfold/contracts'
import { onTestFinished } from 'vitest'
import provider from '../src/index.ts'
import { openLink } from '../src/link.ts'
import { identity } from './vectors.ts'

const home = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tenfold', 'servers', 'redis-8')
const module = join(home, 'redisearch.so')

/** The programs that `scripts/servers/redis.sh install` brings. */
export const servers = {
  7: { program: 'redis-server', arguments: [] as string[] },
  8: { program: join(home, 'redis-server'), arguments: existsSync(module) ? ['--loadmodule', module] : [] },
}
export type Kind = keyof typeof servers

export function isHere(kind: Kind): boolean {
  try {
    execFileSync(servers[kind].program, ['--version'])
    return true
  } catch {
    console.log(`not tested here: no Redis ${kind} (scripts/servers/redis.sh install)`)
    return false
  }
}

export interface Server {
  url: string
  folder: string
  /** With more settings than at first. Resolves when it answers or loads its data. */
  start(...more: string[]): Promise<void>
  end(signal: NodeJS.Signals): Promise<void>
  /** Stops the process where it is, or lets it go on. */
  freeze(on: boolean): void
}

/** A server in a folder of its own on a free port; ended by its id. */
export async function startServer(kind: Kind, ...settings: string[]): Promise<Server> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'tenfold-redis-'))
  const { program, arguments: own } = servers[kind]
  const where = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
  let child: ChildProcess
  const server: Server = {
    url: `redis://127.0.0.1:${port}`,
    folder,
    async start(...more) {
      child = spawn(program, [...where, ...own, ...settings, ...more], { stdio: ['ignore', 'pipe', 'inherit'] })
      for await (const line of child.stdout!) if (/Ready to accept|\* Loading|Reading RDB/.test(String(line))) break
      child.stdout!.resume()
    },
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGCONT')
      child.kill(signal)
      await once(child, 'exit')
    },
    freeze: (on) => void child.kill(on ? 'SIGSTOP' : 'SIGCONT'),
  }
  await server.start()
  return server
}

export async function stopServer(server: Server): Promise<void> {
  await server.end('SIGKILL')
  rmSync(server.folder, { recursive: true, force: true })
}

async function freePort(): Promise<number> {
  const socket = createServer().listen(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address() as { port: number }
  await new Promise((resolve) => socket.close(resolve))
  return port
}

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tenfold-redis-index-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

/** A store as the product opens it; the address comes from the environment there. */
export async function opened(url: string, workspace = folder(), change: Patch = {}): Promise<Store> {
  process.env.TENFOLD_REDIS_URL = url
  const store = await provider.open({ config: { ...defaultConfig, ...change }, workspace, identity })
  onTestFinished(() => store.close())
  return store
}

/** One command to a server, apart from any store. */
export async function command<Reply>(url: string, ...args: string[]): Promise<Reply> {
  const link = await openLink({ url, poolSize: 1, pipeline: true })
  try {
    return await link.call<Reply>(...args)
  } finally {
    await link.close()
  }
}
