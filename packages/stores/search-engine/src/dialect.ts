/** A clause of the query language that both servers speak. */
export type Clause = Record<string, unknown>

export type Quantisation = 'none' | 'int8'

export interface Nearest {
  vector: number[]
  k: number
  /** Candidates of each shard; absent: as many as the server takes by itself. */
  candidates?: number | undefined
  filter: Clause[]
}

/** Where two servers that speak the same language differ. */
export interface Dialect {
  /** As in `rag.store`. */
  name: 'opensearch' | 'elasticsearch'
  /** Settings of an index that holds vectors. */
  settings: Record<string, unknown>
  /** What the server does with vectors when it is not told. */
  ownQuantisation: Quantisation
  /** The field of vectors, ranked by dot product. */
  vectorField(dims: number, quantisation: Quantisation): Clause
  quantisationOf(field: Clause): Quantisation
  /** The part of a search body that finds nearest vectors by the graph. */
  nearest(of: Nearest): Clause
  /** The same by all vectors; absent where the server has no way: then they are fetched and compared here. */
  exact?(of: Pick<Nearest, 'vector' | 'filter'>): Clause
}

export const vectorField = 'vector'

/** Both scale a dot product so that it is above 0 (Lucene's MAXIMUM_INNER_PRODUCT); this takes it back. */
export const dotOf = (score: number): number => (score >= 1 ? score - 1 : 1 - 1 / score)
