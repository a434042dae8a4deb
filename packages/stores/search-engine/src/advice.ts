import type { Send } from './wire.ts'

const heapShare = 0.75
const deletedShare = 0.2
const segmentsOfShard = 10

/** What only an administrator may change, each with the request that does it. */
export async function advice(send: Send, index: string): Promise<string[]> {
  const get = async (path: string, query = {}) => (await send({ method: 'GET', path, query })).body
  const [settings] = Object.values<{ settings: Record<string, string> }>(
    await get(`/${index}/_settings`, { flat_settings: true }),
  )
  const stats = (await get(`/${index}/_stats/docs,segments`))._all.primaries
  const health = await get(`/_cluster/health/${index}`)
  const nodes = Object.values<{ name: string; jvm: { mem: { heap_used_percent: number; heap_max_in_bytes: number } } }>(
    (await get('/_nodes/stats/jvm')).nodes,
  )
  const set = (change: object) => `PUT /${index}/_settings ${JSON.stringify(change)}`
  const shards = Number(settings!.settings['index.number_of_shards'])
  const slowLog = Object.keys(settings!.settings).some((name) =>
    name.startsWith('index.search.slowlog.threshold.query'),
  )
  const deleted = stats.docs.deleted / Math.max(1, stats.docs.deleted + stats.docs.count)
  const full = nodes.filter(({ jvm }) => jvm.mem.heap_used_percent > 100 * heapShare)
  const merge = stats.segments.count > segmentsOfShard * shards || deleted > deletedShare
  return [
    ...(slowLog
      ? []
      : [`slow searches are not logged: ${set({ 'index.search.slowlog.threshold.query.info': '100ms' })}`]),
    `for a large ingest, and back to null afterwards: ${set({ index: { refresh_interval: '30s', number_of_replicas: 0 } })}`,
    ...(merge
      ? [
          `${stats.segments.count} segments, ${Math.round(100 * deleted)} % of rows removed: POST /${index}/_forcemerge?max_num_segments=1`,
        ]
      : []),
    ...(health.status === 'green' ? [] : [`the index is ${health.status}: GET /_cluster/allocation/explain`]),
    ...full.map(
      ({ name, jvm }) =>
        `heap of ${name} is ${jvm.mem.heap_used_percent} % full of ${Math.round(jvm.mem.heap_max_in_bytes / 2 ** 20)} MiB: raise -Xms and -Xmx together, to half the memory of the machine and below 31g`,
    ),
  ]
}
