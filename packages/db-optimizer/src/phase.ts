import type { Patch } from '@tenfold/contracts'
import { definePhase, greedy } from '@tenfold/phase-kit'
import { inspectStore } from './inspect.ts'

/**
 * For every store; those are tried that the target offers. In SQLite WAL, foreign keys and the 16 MB cache are the driver's defaults and on
 * from the start; only what can still matter is tried.
 */
const steps: Patch[] = [
  { 'db.statementReuse': true },
  { 'db.ftsOrder': 'bm25' },
  { 'db.pgRank': 'ts_rank' },
  { 'db.ftsMaxDocShare': 0.5 },
  { 'db.vectors': 'int8' },
  // a bit says less of a vector than a byte, so more candidates are scored again
  { 'db.vectors': 'bit', 'db.rescore': 100 },
  { 'db.pgRandomPageCost': 1.1 },
  { 'db.pgVectors': 'halfvec' },
  { 'db.pgVectors': 'bit', 'db.rescore': 100 },
  // few rows are quicker read than searched by a graph
  { 'db.pgVectors': 'exact' },
  { 'db.pgIterativeScan': 'strict' },
  { 'db.pgIterativeScan': 'relaxed' },
  // S3-35
  { 'db.pgPoolMin': 5, 'db.pgPoolMax': 20 },
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
    'db.pgVectors',
    'db.pgEfSearch',
    'db.pgIterativeScan',
    'db.pgRandomPageCost',
    'db.pgRank',
    'db.pgPoolMin',
    'db.pgPoolMax',
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
  propose: (evidence) => greedy(steps, evidence, db),
})

export default db
