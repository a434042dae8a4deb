import type { DocRow } from '@tenfold/contracts'

/** What the two speeds need of a store; `@tenfold/store-sqlite` has all of it. */
export interface FirstStore {
  docHash(docId: string): string | undefined
  docIds(): string[]
  /** Chunks of a document that have their real vector. */
  docChunks(docId: string): { hash: string; vector: Float32Array }[]
  removeDoc(docId: string): boolean
  /** Writes a document whose real vectors may be to come; `first` finds its chunks meanwhile. One transaction. */
  stageDoc(
    doc: DocRow,
    chunks: { text: string; hash: string; vector?: Float32Array | undefined; first?: Float32Array | undefined }[],
  ): void
  /** Both best first; larger scores are better. */
  firstSearch(query: Float32Array, k: number, collection?: string): { chunkIds: number[]; scores: number[] }
  lexicalSearch(text: string, limit: number, collection?: string): { chunkIds: number[]; scores: number[] }
  hydrate(chunkIds: number[]): { docId: string }[]
  pendingChunks(after: number, limit: number): { chunkId: number; text: string }[]
  pendingCount(): number
  /** Writes real vectors; with the last one that was to come, all first vectors go. One transaction. */
  fill(rows: readonly { chunkId: number; vector: Float32Array }[]): void
  clearFirst(): void
  note(name: string): string | undefined
  setNote(name: string, value: string): void
}
