// `tsx scripts/search-server.ts opensearch|elasticsearch [nodes]`: a test server until SIGTERM. Its first line is NAME=URL for the environment.
// Without Maven or a JDK it says "not tested here" and exits with 3.
import { once } from 'node:events'
import { NotTestedHere, type ServerKind } from './servers/artifacts.ts'
import { startCluster } from './servers/cluster.ts'

const variables: Record<ServerKind, string> = {
  opensearch: 'TENFOLD_OPENSEARCH_URL',
  elasticsearch: 'TENFOLD_ELASTICSEARCH_URL',
}
const kind = process.argv[2] as ServerKind
if (!(kind in variables)) {
  console.error(`name a server: ${Object.keys(variables).join(' or ')}`)
  process.exit(2)
}
try {
  const cluster = await startCluster(kind, Number(process.argv[3] ?? 1))
  console.log(`${variables[kind]}=${cluster.urls.join(',')}`)
  // an idle event loop would end the process
  const awake = setInterval(() => {}, 60_000)
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
  clearInterval(awake)
  await cluster.stop()
} catch (error) {
  console.error(error instanceof NotTestedHere ? error.message : error)
  process.exitCode = error instanceof NotTestedHere ? 3 : 1
}
