import { knobs, type TargetModule } from '@tenfold/contracts'
import { openRag } from './target.ts'

export { type Duplicates, findDuplicates } from './duplicates.ts'
export { type FusionFit, fitFusion, type JudgedLists } from './fit-fusion.ts'
export { fitFusionOf, patchOf } from './judge-lists.ts'
export { buildPrompt } from './prompt.ts'
export { openRag } from './target.ts'

/** What tenfold.config.ts names by default. */
const rag: TargetModule = { name: 'built-in RAG', knobs, open: openRag }
export default rag
