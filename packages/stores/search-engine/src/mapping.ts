import type { StoreIdentity } from '@tenfold/contracts'
import { type Dialect, type Quantisation, vectorField } from './dialect.ts'

/** Raised with every change of the fields below. */
const schemaVersion = 1

/** What an index is made with: another one needs another index. */
export interface Build {
  quantisation: Quantisation
  shards: number
}

/** Whose index it is. */
export interface Owner {
  machine: string
  /** It may be swept away when none of these is there any more. */
  folders: string[]
}

export interface IndexMeta extends Owner {
  identity: StoreIdentity & { schema: number }
}

export const identityOf = (identity: StoreIdentity): IndexMeta['identity'] => ({
  schema: schemaVersion,
  modelSha256: identity.modelSha256,
  dims: identity.dims,
  chunker: identity.chunker,
})

/** Documents, chunks and the journal of writes lie in one index, told apart by `kind`: one refresh shows them all. */
export function indexBody(dialect: Dialect, identity: StoreIdentity, build: Build, owner: Owner) {
  const keyword = { type: 'keyword' }
  const stored = { type: 'keyword', index: false, doc_values: false }
  const typed = (place: string, mapping: object) => ({ [place]: { path_match: `${place}.*`, mapping } })
  const meta: IndexMeta = { ...owner, identity: identityOf(identity) }
  return {
    // a copy on another node where there is one, and no yellow index where there is none
    settings: { ...dialect.settings, 'index.number_of_shards': build.shards, 'index.auto_expand_replicas': '0-1' },
    mappings: {
      _meta: meta,
      dynamic: 'strict',
      dynamic_templates: [
        // longer texts are stored, and match no condition
        typed('s', { type: 'keyword', ignore_above: 8191 }),
        typed('n', { type: 'double' }),
        typed('b', { type: 'boolean' }),
      ],
      properties: {
        kind: keyword,
        docId: stored,
        collection: keyword,
        s: { type: 'object', dynamic: true },
        n: { type: 'object', dynamic: true },
        b: { type: 'object', dynamic: true },
        chunkId: { type: 'long' },
        title: { type: 'text' },
        text: { type: 'text' },
        hash: keyword,
        [vectorField]: dialect.vectorField(identity.dims, build.quantisation),
        key: keyword,
        entry: { type: 'object', enabled: false },
      },
    },
  }
}
