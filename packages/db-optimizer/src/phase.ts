import type { Config, Patch } from '@tenfold/contracts'
import { definePhase, type Evidence, greedy } from '@tenfold/phase-kit'
import { splitFromBytes } from '@tenfold/vector-search'
import { inspectStore } from './inspect.ts'

/** Of the bytes of f32, those a scan reads; a graph is not scanned. */
const shareRead: Partial<Record<string, number>> = { f32: 1, int8: 1 / 4, bit: 1 / 32 }

/** Two threads where a scan is long enough to be shared. */
function scanSteps(vectorBytes: number, incumbent: Config): Patch[] {
  const read = vectorBytes * (shareRead[incumbent['db.vectors']] ?? 0)
  return read >= splitFromBytes ? [{ 'db.scanThreads': 2 }] : []
}

/**
 * For every store; those are tried that the target offers. In SQLite WAL, foreign keys and the 16 MB cache are the driver's defaults and on
 * from the start; only what can still matter is tried.
 */
const steps: Patch[] = [
  { 'db.statementReuse': true },
  { 'db.ftsOrder': 'bm25' },
  { 'db.ftsOrder': 'maxscore' },
  { 'db.pgRank': 'ts_rank' },
  { 'db.ftsMaxDocShare': 0.5 },
  { 'db.vectors': 'int8' },
  // a bit says less of a vector than a byte, so more candidates are scored again
  { 'db.vectors': 'bit', 'db.rescore': 100 },
  // a graph is looked into as deep as its candidates are scored again, or deeper
  { 'db.vectors': 'graph', 'db.rescore': 40, 'db.ef': 64 },
  { 'db.vectors': 'graph', 'db.rescore': 40 },
  { 'db.vectors': 'graph', 'db.rescore': 100, 'db.ef': 256 },
  { 'db.pgRandomPageCost': 1.1 },
  { 'db.pgVectors': 'halfvec' },
  { 'db.pgVectors': 'bit', 'db.rescore': 100 },
  // few rows are quicker read than searched by a graph
  { 'db.pgVectors': 'exact' },
  { 'db.pgIterativeScan': 'strict' },
  { 'db.pgIterativeScan': 'relaxed' },
  // S3-35
  { 'db.pgPoolMin': 5, 'db.pgPoolMax': 20 },
  // what a search server sends of a hit, and what it need not count (S4-14)
  { 'db.osHits': 'id' },
  { 'db.osHits': 'docvalue' },
  { 'db.osTotalHits': false },
  { 'db.osCandidates': 100 },
  { 'db.osQuantisation': 'int8' },
  { 'db.osQuantisation': 'none' },
  { 'db.redisWords': 'search' },
  { 'db.redisVectors': 'process' },
  { 'db.redisEf': 50 },
  // more nodes and fewer numbers, or all numbers and nothing scored again
  { 'db.redisQuantisation': 'BIN', 'db.redisEf': 200, 'db.rescore': 100 },
  { 'db.redisQuantisation': 'NOQUANT' },
  // S4-19, S3-35
  { 'db.redisPoolSize': 20 },
  { 'db.qdrantQuantisation': 'int8', 'db.qdrantOversampling': 2 },
  { 'db.qdrantQuantisation': 'int8', 'db.qdrantRescore': false },
  { 'db.qdrantEf': 64 },
  { 'db.qdrantExact': true },
  { 'db.qdrantPayloadIndex': true },
  { 'db.meiliFields': 'id' },
  { 'db.meiliVectors': 'bit', 'db.rescore': 100 },
  { 'db.meiliPoolSize': 20 },
  { 'db.analyze': 'full' },
  { 'db.collectionIndex': true },
  { 'db.mmapMib': 256 },
  { 'db.cacheKib': 64000 },
]

const db = definePhase({
  id: 'db',
  reads: ['baseline', 'profiler', 'memory', 'speed', 'metal'],
  knobs: [
    'db.mmapMib',
    'db.cacheKib',
    'db.analyze',
    'db.statementReuse',
    'db.collectionIndex',
    'db.ftsOrder',
    'db.ftsMaxDocShare',
    'db.vectors',
    'db.rescore',
    'db.ef',
    'db.scanThreads',
    'db.pgVectors',
    'db.pgEfSearch',
    'db.pgIterativeScan',
    'db.pgRandomPageCost',
    'db.pgRank',
    'db.pgPoolMin',
    'db.pgPoolMax',
    'db.osHits',
    'db.osTotalHits',
    'db.osCandidates',
    'db.osQuantisation',
    'db.redisVectors',
    'db.redisQuantisation',
    'db.redisEf',
    'db.redisWords',
    'db.redisPoolSize',
    'db.redisPipeline',
    'db.qdrantQuantisation',
    'db.qdrantRescore',
    'db.qdrantOversampling',
    'db.qdrantEf',
    'db.qdrantExact',
    'db.qdrantPayloadIndex',
    'db.meiliVectors',
    'db.meiliFields',
    'db.meiliPoolSize',
  ],
  measure: ['store', 'query'],
  goals: [
    { metric: 'store.ms', minEffect: 0.05 },
    { metric: 'query.ms', minEffect: 0.05 },
  ],
  guards: [
    { metric: 'quality.ndcgAt10', operator: '>=', margin: 0.01 },
    { metric: 'quality.recallAt10', operator: '>=', margin: 0.01 },
  ],
  inspect: inspectStore,
  propose: (evidence) => greedy(worthTrying(evidence), evidence, db),
})

/** Without graphs where `inspect` found no reason to try one; threads where a scan is long. */
function worthTrying({ facts, incumbent }: Pick<Evidence, 'facts' | 'incumbent'>): Patch[] {
  const isGraph = (step: Patch) => step['db.vectors'] === 'graph'
  const allowed = steps.filter((step) => !isGraph(step) || facts.graph === 'worth trying' || isGraph(incumbent))
  return [...allowed, ...scanSteps(Number(facts.vectorBytes ?? 0), incumbent)]
}

export default db
