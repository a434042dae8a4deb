import { createHash } from 'node:crypto'
import { loadPeer, withRetries } from '@tenfold/store-kit'
import type { RedisClientType } from 'redis'
import { faultOf, mayPass } from './faults.ts'
import { type ScriptName, scripts } from './scripts.ts'

type Argument = string | Buffer

export interface LinkOptions {
  url: string
  /** One connection carries any number of commands at once; of several, each carries the commands of one call. */
  poolSize: number
  /** The commands of one call are sent together, not each after the reply to the one before. */
  pipeline: boolean
  signal?: AbortSignal | undefined
  /** A reply that takes longer, in milliseconds, is an error. */
  deadlineMs?: number
  /** How long a call is repeated while the server is away, starting or busy. */
  budgetMs?: number
}

/** Commands to a server, in order within a call, repeated while what is wrong may pass: all of ours may be carried out twice. */
export interface Link {
  call<Reply>(...command: Argument[]): Promise<Reply>
  /** Replies as bytes. */
  bytes(commands: Argument[][]): Promise<(Buffer | null)[]>
  many<Reply>(commands: Argument[][]): Promise<Reply[]>
  run<Reply>(script: ScriptName, prefix: string, args: Argument[], as?: 'text' | 'bytes'): Promise<Reply>
  /** As the client counts them. */
  connections(): { open: number; busy: number; waiting: number }
  close(): Promise<void>
}

const acquireMs = 30_000
const idleMs = 600_000
const connectMs = 3_000
/** Bulk strings of the protocol ($) as they are. */
const bytes = { 36: Buffer }

/** Connects. Throws ENGINE_UNAVAILABLE. */
export async function openLink(options: LinkOptions): Promise<Link> {
  const { url, poolSize, pipeline, signal, deadlineMs = 30_000, budgetMs = 10_000 } = options
  const redis = await loadPeer('redis', () => import('redis'))
  let connected = false
  const settings = {
    url,
    RESP: 2 as const,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: connectMs,
      reconnectStrategy: (tries: number, cause: Error) => (connected ? Math.min(20 * 2 ** tries, 1000) : cause),
    },
  }
  const connect = async () => {
    const client =
      poolSize > 1
        ? redis.createClientPool(settings, {
            minimum: 1,
            maximum: poolSize,
            acquireTimeout: acquireMs,
            cleanupDelay: idleMs,
          })
        : redis.createClient(settings)
    // without a listener an error of a connection ends the process; each command fails by itself
    client.on('error', () => {})
    await client.connect()
    return client
  }
  const client = await withRetries(connect, { budgetMs, passes: mayPass, signal }).catch((error) => {
    throw faultOf(url, error)
  })
  connected = true

  const execute = <Reply>(work: (client: RedisClientType) => Promise<Reply>): Promise<Reply> => {
    const once = () =>
      within(deadlineMs, 'execute' in client ? client.execute((each) => work(each as never)) : work(client as never))
    return withRetries(once, { budgetMs, passes: mayPass }).catch((error) => {
      throw faultOf(url, error)
    })
  }
  const send = <Reply>(commands: Argument[][], typeMapping = {}) =>
    execute(async (each) => {
      const one = (command: Argument[]) => each.sendCommand<Reply>(command, { typeMapping })
      if (pipeline) return Promise.all(commands.map(one))
      const replies: Reply[] = []
      for (const command of commands) replies.push(await one(command))
      return replies
    })

  return {
    call: async <Reply>(...command: Argument[]) => (await send<Reply>([command]))[0]!,
    many: (commands) => send(commands),
    bytes: (commands) => send<Buffer | null>(commands, bytes),
    run: (name, prefix, args, as = 'text') =>
      execute(async (each) => {
        const rest = ['1', prefix, ...args]
        const typeMapping = as === 'bytes' ? bytes : {}
        try {
          return await each.sendCommand(['EVALSHA', hashOf(scripts[name]), ...rest], { typeMapping })
        } catch (error) {
          if (!String(error).includes('NOSCRIPT')) throw error
          return each.sendCommand(['EVAL', scripts[name], ...rest], { typeMapping })
        }
      }),
    connections: () =>
      'totalClients' in client
        ? { open: client.totalClients, busy: client.clientsInUse, waiting: client.tasksQueueLength }
        : { open: client.isReady ? 1 : 0, busy: 0, waiting: 0 },
    close: async () => {
      // closing waits for replies; a server that is away sends none
      if (client.isOpen) await within(connectMs, client.close()).catch(() => client.destroy())
    },
  }
}

const hashOf = (script: string): string => createHash('sha1').update(script).digest('hex')

async function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error(`no reply within ${ms} ms`), { code: 'NOREPLY' })), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
