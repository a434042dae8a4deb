export { type ChunkOptions, chunk } from './chunk.ts'
export { type DatasetSource, openDataset } from './open.ts'
export { stableSplit } from './questions.ts'
export { maxDocBytes } from './source.ts'
