import type { Stage } from './target.ts'
import type { StageMap } from './target-options.ts'

const everyStage: Record<Stage, true> = {
  cache: true,
  embed: true,
  vector: true,
  lexical: true,
  search: true,
  fuse: true,
  rerank: true,
  hydrate: true,
  prompt: true,
  prefill: true,
  decode: true,
}
export const stageNames = Object.keys(everyStage) as Stage[]

/** The stage a system calls `name`, or undefined when it means nothing here. */
export function stageOf(name: string, map: StageMap = {}): Stage | undefined {
  if (Object.hasOwn(map, name)) return map[name]
  return Object.hasOwn(everyStage, name) ? (name as Stage) : undefined
}
