import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { PipelineError, type StoreIdentity } from '@tenfold/contracts'
import type { Namespace, RetryOptions } from '@tenfold/store-kit'
import { bulk } from './bulk.ts'
import { type Clause, type Dialect, vectorField } from './dialect.ts'
import { type Build, type IndexMeta, identityOf, indexBody, type Owner } from './mapping.ts'
import { scan } from './scan.ts'
import type { Send } from './wire.ts'

export interface IndexesOptions {
  send: Send
  dialect: Dialect
  identity: StoreIdentity
  retry: RetryOptions
  /** The folder that a workspace is a copy of, or will be copied to. */
  index?: string | undefined
}

/** An index as it is on the server, behind the alias that is its name. */
export interface Made {
  physical: string
  build: Build
  /** -1: only when asked. */
  refreshSeconds: number
}

/** A server's own interval, in seconds. */
const ownRefreshSeconds = 1

/** Indexes on a server: each lies behind an alias, so that one made anew takes the place of an old one at once. */
export function indexes({ send, dialect, identity, retry, index }: IndexesOptions) {
  const ownerOf = (namespace: Namespace): Owner => ({
    machine: hostname(),
    folders: [namespace.folder, ...(index === undefined ? [] : [index])],
  })
  const make = (physical: string, build: Build, owner: Owner) =>
    send({ method: 'PUT', path: `/${physical}`, body: indexBody(dialect, identity, build, owner) })
  const alias = (name: string, physical: string, old?: string) => {
    const actions = [
      { add: { index: physical, alias: name } },
      ...(old === undefined ? [] : [{ remove_index: { index: old } }]),
    ]
    return send({ method: 'POST', path: '/_aliases', body: { actions } })
  }
  const drop = (physical: string) => send({ method: 'DELETE', path: `/${physical}`, allow: [404] })

  /** All rows but notes of writers, into an index that nobody knows yet. */
  const copy = async (from: string, to: string) => {
    await send({ method: 'POST', path: `/${from}/_refresh` })
    const temporary = `${to}-filling`
    await alias(temporary, to)
    const query = { bool: { must_not: { term: { kind: 'journal' } } } }
    for await (const page of scan(send, from, { query, _source: true })) {
      await bulk(
        send,
        temporary,
        page.map(({ _id, _source }) => ({ index: { id: _id, source: _source } })),
        retry,
      )
    }
    await send({ method: 'POST', path: `/${to}/_refresh` })
    await send({ method: 'DELETE', path: `/${to}/_alias/${temporary}` })
  }

  return {
    async create(namespace: Namespace, build: Build): Promise<Made> {
      await sweep(send, dialect)
      const physical = `${namespace.name}-1`
      await make(physical, build, ownerOf(namespace))
      await alias(namespace.name, physical)
      namespace.keep()
      return { physical, build, refreshSeconds: ownRefreshSeconds }
    },
    /** Throws INDEX_MISSING for an index that is gone, INDEX_MISMATCH for one of another identity or of somebody else. */
    async find(name: string): Promise<Made> {
      const { status, body } = await send({ method: 'GET', path: `/${name}`, allow: [404] })
      if (status === 404) {
        const hint = 'it was removed, or the server is another one: ingest into a new folder'
        throw new PipelineError('INDEX_MISSING', `the server has no index ${name}`, hint)
      }
      const [physical, { mappings, settings }] = Object.entries<Record<string, Clause>>(body)[0]! as [
        string,
        { mappings: Clause; settings: Clause },
      ]
      const meta = mappings._meta as IndexMeta | undefined
      const [is, wanted] = [meta?.identity, identityOf(identity)].map((each) => JSON.stringify(each))
      if (is !== wanted) {
        const hint = 'ingest into a new folder, or go back to the settings that the index was made with'
        throw new PipelineError('INDEX_MISMATCH', `the index ${name} was made with ${is}, not ${wanted}`, hint)
      }
      const field = (mappings.properties as Record<string, Clause>)[vectorField]!
      const { number_of_shards, refresh_interval } = settings.index as Record<string, string | undefined>
      return {
        physical,
        build: { quantisation: dialect.quantisationOf(field), shards: Number(number_of_shards) },
        refreshSeconds: refresh_interval === undefined ? ownRefreshSeconds : Number.parseInt(refresh_interval, 10),
      }
    },
    /** The same rows in an index made with other settings, which then takes the place of the old one. */
    async rebuild(namespace: Namespace, old: Made, build: Build): Promise<Made> {
      const [, count] = /-(\d+)$/.exec(old.physical)!
      const physical = `${namespace.name}-${Number(count) + 1}`
      await drop(physical) // what a killed rebuild left
      await make(physical, build, ownerOf(namespace))
      await copy(namespace.name, physical)
      await alias(namespace.name, physical, old.physical)
      return { physical, build, refreshSeconds: ownRefreshSeconds }
    },
    /** A copy of a folder gets an index of its own. */
    async fork(from: Namespace, build: Build): Promise<{ namespace: Namespace; made: Made }> {
      await sweep(send, dialect)
      const namespace = from.renew()
      const physical = `${namespace.name}-1`
      await make(physical, build, ownerOf(namespace))
      await copy(from.name, physical)
      await alias(namespace.name, physical)
      namespace.keep()
      return { namespace, made: { physical, build, refreshSeconds: ownRefreshSeconds } }
    },
  }
}

/** Removes indexes made from this machine for folders that name them no more. */
async function sweep(send: Send, { name: kind }: Dialect): Promise<void> {
  const query = { filter_path: '*.mappings._meta' }
  const { body } = await send({ method: 'GET', path: '/tenfold_*/_mapping', query, allow: [404] })
  for (const [physical, { mappings }] of Object.entries<{ mappings: { _meta?: Partial<IndexMeta> } }>(body ?? {})) {
    const { machine, folders = [] } = mappings._meta ?? {}
    const name = physical.replace(/-\d+$/, '')
    if (machine !== hostname() || folders.some((folder, i) => namesIt(folder, kind, name, i === 0))) continue
    await send({ method: 'DELETE', path: `/${physical}`, allow: [404] })
  }
}

/** The folder that an index is made in names it once it is whole. */
function namesIt(folder: string, kind: string, name: string, isMadeThere: boolean): boolean {
  const file = `${folder}/${kind}.json`
  return existsSync(file) ? readFileSync(file, 'utf8').includes(name) : isMadeThere && existsSync(folder)
}
