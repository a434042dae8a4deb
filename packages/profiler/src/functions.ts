import type { Profiler } from 'node:inspector'
import path from 'node:path'

export interface FunctionCost {
  function: string
  place: string
  selfMs: number
  /** With everything it called; a recursive function counts once per sample. */
  totalMs: number
}

/** The `count` functions with the largest cumulative time (S1-14). */
export function topFunctions(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  count: number,
): FunctionCost[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parent = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)))
  const costs = new Map<string, FunctionCost>()
  const costOf = (id: number): FunctionCost | undefined => {
    const frame = byId.get(id)?.callFrame
    if (!frame || frame.functionName === '(root)') return undefined
    const place = frame.url ? `${shortPlace(frame.url)}:${frame.lineNumber + 1}` : 'native'
    const name = frame.functionName || '(anonymous)'
    const key = `${name} ${place}`
    if (!costs.has(key)) costs.set(key, { function: name, place, selfMs: 0, totalMs: 0 })
    return costs.get(key)
  }
  samples.forEach((id, i) => {
    const ms = (timeDeltas[i] ?? 0) / 1000
    const self = costOf(id)
    if (self) self.selfMs += ms
    const seen = new Set<FunctionCost>()
    for (let at: number | undefined = id; at !== undefined; at = parent.get(at)) {
      const cost = costOf(at)
      if (cost && !seen.has(cost)) cost.totalMs += ms
      if (cost) seen.add(cost)
    }
  })
  return [...costs.values()].sort((a, b) => b.totalMs - a.totalMs).slice(0, count)
}

/** `package/file` of a source URL: profiles travel, folders of one machine do not. */
export function shortPlace(url: string): string {
  return url
    .replace(/^file:\/\//, '')
    .split(path.sep)
    .slice(-3)
    .join('/')
}
