// One node or a cluster of them on free ports of this machine, for tests. Every process is ended by its id.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, open, readFile, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { classPath, fetchServer, nettyModule, type ServerKind } from './artifacts.ts'

interface ServerNode {
  name: string
  url: string
  /** Slow searches as JSON lines, once an index has thresholds for them. */
  slowLog: string
  pid(): number
  /** Rejects when the process does not come up. Resolves before the node answers: see `ready`. */
  start(): Promise<void>
  /** Resolves when the process is gone. */
  end(signal: NodeJS.Signals): Promise<void>
  /** Stops the process where it is, or lets it go on: it keeps its connections and answers nothing meanwhile. */
  freeze(on: boolean): void
}

export interface Cluster {
  nodes: ServerNode[]
  urls: string[]
  /** Resolves when that many nodes have found each other and every index is whole. */
  ready(nodes?: number): Promise<void>
  stop(): Promise<void>
}

// measured: a small heap and the quick compiler boot in half the time and hold 390 MB
const jvm = ['-Xms512m', '-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
// seconds on a machine with nothing else to do, minutes on one that is busy
const bootMs = 280_000

export async function startCluster(
  kind: ServerKind,
  nodes = 1,
  settings: Record<string, string> = {},
): Promise<Cluster> {
  const artifacts = await fetchServer(kind)
  const base = await mkdtemp(path.join(tmpdir(), `tenfold-${kind}-`))
  const [http, transport] = [await freePorts(nodes), await freePorts(nodes)]
  const names = http.map((_, i) => `n${i + 1}`)
  const role = kind === 'opensearch' ? 'cluster_manager' : 'master'
  const together =
    nodes === 1
      ? ['discovery.type=single-node']
      : [
          `discovery.seed_hosts=${transport.map((port) => `127.0.0.1:${port}`).join(',')}`,
          `cluster.initial_${role}_nodes=${names.join(',')}`,
        ]
  const all = await Promise.all(
    names.map((name, i) =>
      openNode(kind, artifacts, path.join(base, name), http[i]!, [
        `node.name=${name}`,
        `http.port=${http[i]}`,
        `transport.port=${transport[i]}`,
        'cluster.name=tenfold-test',
        ...together,
        ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
      ]),
    ),
  )
  const cluster: Cluster = {
    nodes: all,
    urls: all.map(({ url }) => url),
    ready: (count = nodes) => waitForHealth(all, count, base),
    async stop() {
      await Promise.all(all.map((node) => node.end('SIGTERM')))
      await rm(base, { recursive: true, force: true })
    },
  }
  try {
    await Promise.all(all.map((node) => node.start()))
    await cluster.ready()
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return cluster
}

async function openNode(
  kind: ServerKind,
  artifacts: string,
  home: string,
  port: number,
  settings: string[],
): Promise<ServerNode> {
  await mkdir(path.join(home, 'config'), { recursive: true })
  await copyFile(path.join(import.meta.dirname, kind, 'log4j2.properties'), path.join(home, 'config/log4j2.properties'))
  if (kind === 'elasticsearch') {
    await mkdir(path.join(home, 'modules'))
    await symlink(path.join(artifacts, nettyModule), path.join(home, nettyModule))
  }
  let child: ChildProcess | undefined
  const alive = () => child !== undefined && child.exitCode === null && child.signalCode === null
  return {
    name: path.basename(home),
    url: `http://127.0.0.1:${port}`,
    slowLog: path.join(home, 'logs/search_slowlog.json'),
    pid: () => child!.pid!,
    async start() {
      const log = await open(path.join(home, 'out.log'), 'a')
      child = spawn('java', [...jvm, '-cp', classPath(kind, artifacts), 'Launcher', home, ...settings], {
        stdio: ['pipe', log.fd, log.fd],
      })
      await once(child, 'spawn')
      await log.close()
    },
    async end(signal) {
      if (!alive()) return
      const gone = once(child!, 'exit')
      child!.kill(signal)
      const late = new AbortController()
      const forced = setTimeout(15_000, undefined, { signal: late.signal }).then(
        () => child!.kill('SIGKILL'),
        () => {},
      )
      await gone
      late.abort()
      await forced
    },
    freeze: (on) => void child!.kill(on ? 'SIGSTOP' : 'SIGCONT'),
  }
}

/** The very first answers may be red, or come from a node that knows no others yet. */
async function waitForHealth(nodes: ServerNode[], count: number, base: string): Promise<void> {
  const until = Date.now() + bootMs
  while (Date.now() < until) {
    for (const { url } of nodes) {
      const path = `/_cluster/health?wait_for_status=green&wait_for_nodes=${count}&timeout=2s`
      const answer = await fetch(url + path, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined)
      if (answer?.ok && !((await answer.json()) as { timed_out: boolean }).timed_out) return
    }
    await setTimeout(150)
  }
  const logs = await Promise.all(
    nodes.map(({ name }) => readFile(path.join(base, name, 'out.log'), 'utf8').catch(() => '')),
  )
  throw new Error(
    `${count} nodes were not ready in ${bootMs / 1000} s:\n${logs.map((log) => log.slice(-2000)).join('\n')}`,
  )
}

/** Held at once, so that no two are the same. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
