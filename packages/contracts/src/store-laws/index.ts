import type { StoreLaw } from './bench.ts'
import { documentLaws } from './documents.ts'
import { openingLaws } from './opening.ts'
import { searchLaws } from './search.ts'

export { type StoreBench, type StoreBenchOptions, type StoreLaw, storeBench } from './bench.ts'

/** What every store must keep. Run by tests, and by anybody writing a store. */
export const storeLaws: StoreLaw[] = [...documentLaws, ...searchLaws, ...openingLaws]
