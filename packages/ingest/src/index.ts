export { cutDoc, hashOfDoc } from './cut.ts'
export { type DuplicateReport, nearDuplicates } from './duplicates.ts'
export { ingest } from './ingest.ts'
export type { IngestEncoder, IngestRun, IngestStore } from './types.ts'
