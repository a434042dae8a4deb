import { choice, flag, int, type Knob, real } from './knob-kinds.ts'

/** The knobs of stores on servers; each obeys its own. Part of the table in knobs.ts. */
export const serverKnobs = {
  'db.osHits': choice('text', ['all', 'text', 'id', 'docvalue'], {
    levels: ['text', 'id', 'docvalue'],
    affects: ['store', 'query', 'stream'],
    about:
      'what a search server sends of a hit: everything, all but the vector, its id, or its id from the column of ids',
  }),
  'db.osCandidates': int(0, 0, 10000, 'vectors', {
    levels: [0, 100, 200, 400],
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'candidates that a search server keeps while it walks the graph of vectors; 0 leaves it to the server',
  }),
  'db.osQuantisation': choice('server', ['server', 'none', 'int8'], {
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'vectors in the graph of a search server: as it does by itself, as they are, or a byte each number',
  }),
  'db.osTotalHits': flag(true, {
    levels: [true, false],
    affects: ['store', 'query', 'stream'],
    about: 'a search server counts all matches up to 10,000, or may pass over those that cannot be among the best',
  }),
  'db.osRequestCache': flag(false, {
    levels: [false],
    affects: ['store', 'query', 'stream'],
    about:
      'a search server keeps whole answers; no phase tries it: the questions of a measurement come again, and so would all answers',
  }),
  'db.osShards': int(1, 1, 64, 'shards', {
    levels: [1],
    affects: ['store', 'query', 'stream'],
    about: 'parts of an index on a search server; no phase tries it: vendors advise 10 to 50 GB a part',
  }),
  'db.osRefreshSeconds': int(1, -1, 3600, 'seconds', {
    levels: [1],
    affects: [],
    about:
      'how long a write to a search server may stay unseen; -1 until it is asked; no phase tries it: none searches while it writes',
  }),
  'db.pgVectors': choice('hnsw', ['hnsw', 'halfvec', 'bit', 'exact'], {
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'pgvector: a graph over f32, over halves, over bits with the best rescored, or a scan',
  }),
  'db.pgEfSearch': int(40, 1, 1000, 'candidates', {
    levels: [40, 100, 200],
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'pgvector hnsw.ef_search; never fewer than the rows asked for',
  }),
  'db.pgIterativeScan': choice('off', ['off', 'strict', 'relaxed'], {
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about:
      'pgvector hnsw.iterative_scan: a graph search goes on until a filter has left enough rows; off scans where it has not',
  }),
  'db.pgRandomPageCost': real(4, 1, 10, 'page costs', {
    levels: [4, 1.1],
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about:
      'PostgreSQL random_page_cost of our connections: at 4, which is for spinning disks, a few thousand vectors may be read one by one though there is a graph',
  }),
  'db.pgRank': choice('ts_rank_cd', ['ts_rank_cd', 'ts_rank'], {
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'PostgreSQL: chunks are ranked by how close matching words stand together, or by how often they occur',
  }),
  'db.pgPoolMin': int(0, 0, 100, 'connections', {
    levels: [0, 5],
    affects: ['store', 'query', 'stream'],
    about: 'connections to PostgreSQL opened at the start and kept',
  }),
  'db.pgPoolMax': int(10, 1, 100, 'connections', {
    levels: [10, 20],
    affects: ['store', 'query', 'stream'],
    about: 'most connections to PostgreSQL',
  }),

  'db.redisVectors': choice('set', ['set', 'process'], {
    affects: ['store', 'query', 'stream', 'memory'],
    lossy: true,
    about:
      'Redis: vectors in a vector set of the server (Redis 8 and later), or scanned in this process as db.vectors says',
  }),
  'db.redisQuantisation': choice('Q8', ['Q8', 'NOQUANT', 'BIN'], {
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'Redis: numbers of a vector set; db.rescore candidates are scored again with f32',
  }),
  'db.redisEf': int(100, 1, 10000, 'nodes', {
    levels: [100, 50, 200, 400],
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'Redis: nodes of the graph looked at in a search (EF of VSIM)',
  }),
  'db.redisWords': choice('script', ['script', 'search'], {
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'Redis: BM25 by a Lua script over postings, or by RediSearch where the server has it',
  }),
  'db.redisPoolSize': int(1, 1, 200, 'connections', {
    levels: [1, 20],
    affects: ['store', 'query', 'stream'],
    about: 'Redis: most connections; one carries the commands of all calls together, of several each serves one call',
  }),
  'db.redisPipeline': flag(true, {
    levels: [true, false],
    affects: ['store', 'query', 'stream'],
    about: 'Redis: the commands of one call are sent together, not each after the reply to the one before',
  }),

  'db.qdrantQuantisation': choice('none', ['none', 'int8'], {
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'Qdrant: scalar quantisation kept in memory beside the vectors',
  }),
  'db.qdrantRescore': flag(true, {
    levels: [true, false],
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'Qdrant: candidates of a quantised search are scored again with f32',
  }),
  'db.qdrantOversampling': real(1, 1, 10, 'times k', {
    levels: [1, 2, 3],
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'Qdrant: candidates of a quantised search for each one returned',
  }),
  'db.qdrantEf': int(100, 4, 4096, 'nodes', {
    levels: [100, 64, 128, 256],
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'Qdrant: nodes of the graph looked at in a search (hnsw_ef; the server takes ef_construct, 100)',
  }),
  'db.qdrantExact': flag(false, {
    levels: [false, true],
    affects: ['store', 'query', 'stream'],
    about: 'Qdrant: all vectors are scored, no graph',
  }),
  'db.qdrantPayloadIndex': flag(false, {
    levels: [false, true],
    affects: ['store', 'query', 'stream'],
    about: 'Qdrant: an index over what filters ask for',
  }),

  'db.meiliVectors': choice('f32', ['f32', 'bit'], {
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'Meilisearch: numbers of the vectors searched; db.rescore candidates of bit are scored again with f32',
  }),
  'db.meiliFields': choice('all', ['all', 'id'], {
    affects: ['store', 'query', 'stream'],
    about:
      'Meilisearch: fields that a search gives back (attributesToRetrieve); texts are fetched for the best alone either way',
  }),
  'db.meiliPoolSize': int(5, 1, 100, 'requests', {
    levels: [5, 1, 20],
    affects: ['store', 'query', 'stream'],
    about: 'Meilisearch: most requests at once, over connections that are kept',
  }),
} as const satisfies Record<string, Knob>
