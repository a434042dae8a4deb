import type { Doc, Question } from '@tenfold/contracts'

/** Tells of something skipped or repaired; `file` is relative to the folder. */
export type Warn = (file: string, reason: string) => void

/** Where documents and questions come from. Reading twice gives the same documents in the same order. */
export interface Source {
  name: string
  read(concurrency: number, warn: Warn): AsyncIterable<Doc>
  /** Questions as written, before their judgements are checked against the documents. */
  questions(warn: Warn): Promise<Question[]>
}

/** Longest document (and longest line of a JSON Lines file) taken in, in bytes; the rest is cut off and warned of. */
export const maxDocBytes = 8 * 1024 * 1024
