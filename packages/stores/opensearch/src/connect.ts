import { poolSize, type Wire } from '@tenfold/search-engine'
import { loadPeer } from '@tenfold/store-kit'

/** For one answer; the clients' own. */
export const defaultTimeoutMs = 30_000

/** The official client over connections that are kept. `urls`: one address, or those of several nodes by commas. Contacts nobody yet. */
export async function connect(urls: string, requestTimeoutMs: number): Promise<Wire> {
  const { Client } = await loadPeer('@opensearch-project/opensearch', () => import('@opensearch-project/opensearch'))
  const nodes = urls.split(',')
  const client = new Client({
    nodes,
    requestTimeout: requestTimeoutMs,
    // another node at once; the same one later is what `patient` does
    maxRetries: nodes.length - 1,
    agent: { keepAlive: true, maxSockets: poolSize, maxFreeSockets: poolSize },
  })
  return {
    url: nodes[0]!,
    async send({ method, path, query, body, lines, allow }) {
      const content = lines ? { bulkBody: lines } : body ? { body } : {}
      const { statusCode, body: answer } = await client.transport.request(
        { method, path, ...(query ? { querystring: query } : {}), ...content },
        allow ? { ignore: allow } : {},
      )
      return { status: statusCode ?? 0, body: answer }
    },
    close: () => client.close(),
  }
}
