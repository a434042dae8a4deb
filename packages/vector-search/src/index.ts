export { openFlatIndex } from './flat-index.ts'
export type { FlatIndex, IndexOptions, Neighbours } from './types.ts'
