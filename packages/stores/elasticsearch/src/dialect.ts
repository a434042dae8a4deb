import { type Dialect, vectorField } from '@tenfold/search-engine'

const graphs = { none: 'hnsw', int8: 'int8_hnsw' } as const

/** Elasticsearch 8.15 or later. Dot products of any sign; vectors become bytes in the graph unless it is told otherwise. */
export const dialect: Dialect = {
  name: 'elasticsearch',
  settings: {},
  ownQuantisation: 'int8',
  vectorField: (dims, quantisation) => ({
    type: 'dense_vector',
    dims,
    index: true,
    similarity: 'max_inner_product',
    index_options: { type: graphs[quantisation] },
  }),
  quantisationOf: ({ index_options }) => ((index_options as { type: string }).type === graphs.none ? 'none' : 'int8'),
  nearest: ({ vector, k, candidates, filter }) => ({
    knn: {
      field: vectorField,
      query_vector: vector,
      k,
      ...(candidates === undefined ? {} : { num_candidates: candidates }),
      ...(filter.length > 0 ? { filter } : {}),
    },
  }),
}
