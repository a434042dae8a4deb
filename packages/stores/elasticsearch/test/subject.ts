import type { Subject } from '../../search-engine/test/server.ts'
import provider, { connect, dialect } from '../src/index.ts'

export const subject: Subject = { kind: 'elasticsearch', provider, dialect, connect }
