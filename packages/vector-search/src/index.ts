export { fitRescore, type RescoreFit, type RescoreGoal } from './fit-rescore.ts'
export { openFlatIndex } from './flat-index.ts'
export { type Recall, recallOf } from './recall.ts'
export type { FlatIndex, IndexOptions, Neighbours } from './types.ts'
