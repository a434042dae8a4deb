import { describeFailover } from '../../search-engine/test/failover.ts'
import { serverFor } from '../../search-engine/test/server.ts'
import { subject } from './subject.ts'

describeFailover(subject, serverFor(subject, 3))
