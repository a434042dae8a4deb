import { type Clause, type Dialect, vectorField } from '@tenfold/search-engine'

const withFilter = (filter: Clause[]) => (filter.length > 0 ? { filter: { bool: { filter } } } : {})

/** OpenSearch 2.16 or later with its k-NN plugin. The engine is always Lucene: it filters while it walks the graph, and needs no native library. */
export const dialect: Dialect = {
  name: 'opensearch',
  settings: { 'index.knn': true },
  ownQuantisation: 'none',
  vectorField: (dims, quantisation) => ({
    type: 'knn_vector',
    dimension: dims,
    method: {
      name: 'hnsw',
      engine: 'lucene',
      space_type: 'innerproduct',
      ...(quantisation === 'int8' ? { parameters: { encoder: { name: 'sq' } } } : {}),
    },
  }),
  quantisationOf({ method }) {
    const { parameters } = method as { parameters?: { encoder?: object } }
    return parameters?.encoder ? 'int8' : 'none'
  },
  nearest: ({ vector, k, candidates, filter }) => ({
    query: {
      knn: {
        [vectorField]: {
          vector,
          k,
          ...(candidates === undefined ? {} : { method_parameters: { ef_search: candidates } }),
          ...withFilter(filter),
        },
      },
    },
  }),
  exact: ({ vector, filter }) => ({
    query: {
      script_score: {
        query: { bool: { filter: [{ exists: { field: vectorField } }, ...filter] } },
        script: {
          lang: 'knn',
          source: 'knn_score',
          params: { field: vectorField, query_value: vector, space_type: 'innerproduct' },
        },
      },
    },
  }),
}
