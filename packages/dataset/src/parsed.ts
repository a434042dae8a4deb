import type { Metadata } from './metadata.ts'

/** The text of a document and the title it gives itself, if any. Headings are lines starting with `#`. */
export interface Parsed {
  title: string | undefined
  text: string
  /** What else it says of itself. */
  metadata?: Metadata
}
