import { describeFaults } from '../../search-engine/test/faults.ts'
import { describeLaws } from '../../search-engine/test/laws.ts'
import { serverFor } from '../../search-engine/test/server.ts'
import { subject } from './subject.ts'

// a queue so short that a handful of searches is too many
const server = serverFor(subject, 1, { 'thread_pool.search.size': '1', 'thread_pool.search.queue_size': '10' })
describeLaws(subject, server)
describeFaults(subject, server)
