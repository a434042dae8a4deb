import type { Subject } from '../../search-engine/test/server.ts'
import provider, { connect, dialect } from '../src/index.ts'

/** 8.19 looks at 1.5 k candidates as bytes: once it found 0.89 of the laws' vectors, whose neighbours are hardly nearer than others. */
const leastRecall = 0.8

export const subject: Subject = { kind: 'elasticsearch', provider, dialect, connect, leastRecall }
