import type { KnobKey } from '@tenfold/contracts'

/** What every store on a search server obeys. */
export const searchKeys = [
  'db.osHits',
  'db.osCandidates',
  'db.osQuantisation',
  'db.osTotalHits',
  'db.osRequestCache',
  'db.osShards',
  'db.osRefreshSeconds',
] as const satisfies readonly KnobKey[]
