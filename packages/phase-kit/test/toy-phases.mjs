// Two phases for the toy target, as a phase package would declare them.
import { definePhase, greedy } from '../dist/index.js'

export const baseline = definePhase({
  id: 'baseline',
  reads: [],
  knobs: [],
  measure: ['query'],
  goals: [],
  guards: [],
  inspect: async ({ target }) => ({ details: { chunks: (await target.info()).chunks } }),
})

const steps = [{ 'db.mmapMib': 256 }, { 'db.statementReuse': true }, { 'db.ftsMaxDocShare': 0.5 }]

const db = definePhase({
  id: 'db',
  reads: ['baseline'],
  knobs: ['db.statementReuse', 'db.mmapMib', 'db.ftsMaxDocShare'],
  measure: ['query'],
  goals: [{ metric: 'query.ms', minEffect: 0.05 }],
  guards: [
    { metric: 'quality.recallAt10', operator: '>=', margin: 0.01 },
    { metric: 'quality.ndcgAt10', operator: '>=', margin: 0.01 },
  ],
  propose: (evidence) => greedy(steps, evidence, db),
})

export { db }

export const tuner = definePhase({
  id: 'tuner',
  reads: ['baseline', 'db'],
  knobs: ['db.statementReuse'],
  measure: ['query'],
  goals: [{ metric: 'query.ms', minEffect: 0.05 }],
  guards: [],
  propose: () => undefined,
  attribute: true,
})

// inspect() runs in the measured process, which loads the phase by the default export of a module
export default baseline
