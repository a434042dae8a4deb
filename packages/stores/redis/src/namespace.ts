import { PipelineError, type StoreIdentity, type StoreOpenOptions } from '@tenfold/contracts'
import { isOrphan, type Namespace, namespaceIn, type Owner, ownerOf } from '@tenfold/store-kit'
import type { Link } from './link.ts'

/** One key of the server outside all indexes: which there are, and whose. */
const registry = 'tenfold:indexes'
const page = 500

/** All keys of an index begin alike, and lie on one node of a cluster. */
const prefixOf = (name: string) => `{${name}}:`

export interface Home {
  prefix: string
  /** Before a write: an index of a copied folder becomes a copy too. True where the prefix is another one now. */
  own(): Promise<boolean>
}

/** Throws INDEX_MISMATCH. An index that the server no longer has is an empty one. */
export async function openHome(link: Link, { workspace, index, identity }: StoreOpenOptions): Promise<Home> {
  let namespace = namespaceIn(workspace, 'redis')
  const register = () => link.call('HSET', registry, namespace.name, JSON.stringify(ownerOf(namespace, index)))
  const home: Home = {
    prefix: prefixOf(namespace.name),
    async own() {
      if (namespace.isOwn) return false
      const from = home.prefix
      const copy = namespace.renew()
      await copyKeys(link, from, prefixOf(copy.name))
      namespace = copy
      await register()
      namespace.keep()
      home.prefix = prefixOf(namespace.name)
      return true
    },
  }
  await checkIdentity(link, home.prefix, identity)
  if (namespace.isNew) {
    await removeOrphans(link, namespace)
    await register()
    namespace.keep()
  }
  return home
}

async function checkIdentity(link: Link, prefix: string, { modelSha256, dims, chunker }: StoreIdentity): Promise<void> {
  const wanted = JSON.stringify({ layout: 1, modelSha256, dims, chunker })
  await link.call('HSETNX', `${prefix}meta`, 'identity', wanted)
  const actual = await link.call<string>('HGET', `${prefix}meta`, 'identity')
  if (actual === wanted) return
  const hint = 'ingest again into a new index, or go back to the settings it was made with'
  throw new PipelineError('INDEX_MISMATCH', `${prefix} was made with ${actual}, not ${wanted}`, hint)
}

/** As it is at one moment: again from the start when something was written meanwhile. Vector sets are made anew where they are asked for. */
async function copyKeys(link: Link, from: string, to: string): Promise<void> {
  const version = () => link.call('HGET', `${from}meta`, 'version')
  for (let before = await version(), now: unknown; ; before = now) {
    for await (const keys of keysOf(link, from)) {
      const plain = keys.filter((key) => !key.startsWith(`${from}v:`) && key !== `${from}vsets`)
      await link.many(plain.map((key) => ['COPY', key, to + key.slice(from.length), 'REPLACE']))
    }
    now = await version()
    if (now === before) return
    await dropIndex(link, to)
  }
}

/** Indexes of folders that are gone from this machine. */
async function removeOrphans(link: Link, here: Namespace): Promise<void> {
  const known = await link.call<string[]>('HGETALL', registry)
  for (let i = 0; i < known.length; i += 2) {
    const name = known[i]!
    if (!isOrphan(JSON.parse(known[i + 1]!) as Owner, here)) continue
    await dropIndex(link, prefixOf(name))
    await link.call('HDEL', registry, name)
  }
}

async function dropIndex(link: Link, prefix: string): Promise<void> {
  for await (const keys of keysOf(link, prefix)) await link.call('UNLINK', ...keys)
}

async function* keysOf(link: Link, prefix: string): AsyncGenerator<string[]> {
  let cursor = '0'
  do {
    const [next, keys] = await link.call<[string, string[]]>(
      'SCAN',
      cursor,
      'MATCH',
      `${prefix}*`,
      'COUNT',
      String(page),
    )
    if (keys.length > 0) yield keys
    cursor = next
  } while (cursor !== '0')
}
