import type { MetadataValue } from './store.ts'

/** A document as it came in. `id` is stable across runs (path inside the folder, or the id of the data set). */
export interface Doc {
  id: string
  title: string
  text: string
  /** A group to filter by: the first folder of the path, or ''. */
  collection: string
  /** What else is known of it, to filter by: times as ISO 8601. */
  metadata?: Readonly<Record<string, MetadataValue>>
}

/** A question with its judgements. `relevant` is empty when nothing in the corpus answers it. */
export interface Question {
  id: string
  text: string
  /** Document id → grade (above 0 is relevant). */
  relevant: Record<string, number>
  /** Strings of which one must be in a right answer; empty when the data set has none. */
  accept: string[]
  /** Questions that mean the same share this id. */
  group: string
  /** `check` questions are used for final verdicts only. */
  split: 'tune' | 'check'
}

/** Something skipped or repaired while reading, told to the user and kept in the handoff. */
export interface DataWarning {
  file: string
  reason: string
}

export interface Dataset {
  name: string
  /** SHA-256 over ids, texts, questions and judgements. */
  hash: string
  /** Documents in a stable order; `concurrency` is the number of files read at once (one when absent). */
  docs(concurrency?: number): AsyncIterable<Doc>
  docCount: number
  questions: Question[]
  warnings: DataWarning[]
}
