import { costliest } from './profile.ts'
import type { Send } from './wire.ts'

export interface SlowSearch {
  index: string
  /** Slowest of its kind. */
  maxMs: number
  count: number
  /** Body of the slowest. */
  source: string
}

const message = /^\[([^\]]+)\]\[\d+\]/

/** Searches of a slow log (JSON lines of OpenSearch or Elasticsearch) that are alike but for words and numbers, slowest first. */
export function slowSearches(log: string): SlowSearch[] {
  const kinds = new Map<string, SlowSearch>()
  for (const line of log.split('\n')) {
    const entry = parsed(line)
    if (!entry) continue
    const kind = `${entry.index} ${shapeOf(entry.source)}`
    const known = kinds.get(kind)
    const slower = !known || entry.maxMs > known.maxMs ? entry : known
    kinds.set(kind, { ...slower, count: (known?.count ?? 0) + 1 })
  }
  return [...kinds.values()].sort((a, b) => b.maxMs - a.maxMs)
}

/** The slowest searches of a log, each with the clauses that take its time when it is run once more. */
export async function explainSlow(send: Send, log: string, limit = 5): Promise<string[]> {
  const lines: string[] = []
  for (const { index, maxMs, count, source } of slowSearches(log).slice(0, limit)) {
    const body = { ...JSON.parse(source), profile: true }
    const answer = await send({ method: 'POST', path: `/${index}/_search`, body, allow: [400, 404] })
    const steps = answer.body.profile ? costliest(answer.body.profile) : ['it cannot be run again']
    lines.push(`${maxMs} ms at most, ${count} times in ${index}: ${steps.slice(0, 2).join('; ')}`)
  }
  return lines
}

function parsed(line: string): SlowSearch | undefined {
  let fields: Record<string, string | number>
  try {
    fields = JSON.parse(line)
  } catch {
    return undefined // a line that is being written
  }
  const read = (name: string) => fields[name] ?? fields[`elasticsearch.slowlog.${name}`]
  const index = message.exec(String(read('message')))?.[1]
  const source = read('source')
  if (index === undefined || source === undefined) return undefined
  return { index, maxMs: Number(read('took_millis')), count: 1, source: plainJson(String(source)) }
}

/** One server escapes the quotes of the body a second time. */
function plainJson(source: string): string {
  try {
    JSON.parse(source)
    return source
  } catch {
    return source.replaceAll('\\"', '"').replaceAll('\\\\', '\\')
  }
}

const shapeOf = (source: string) =>
  source.replace(/\[[-\d.,eE\s]+\]/g, '[]').replace(/:\s*("[^"]*"|-?[\d.eE+-]+)/g, ':?')
