import { PipelineError } from './errors.ts'
import type { ResponsePaths } from './response-paths.ts'
import type { Passage, QueryResult, Usage } from './target.ts'

const each = Symbol('[]')
type Step = string | number | typeof each

/** The steps of a path such as `results[].id`, `choices[0].delta.content` or `["odd.key"]`; undefined when it is none. */
export function stepsOf(path: string): Step[] | undefined {
  const steps: Step[] = []
  const pattern = /(?:^|\.)([^.[\]"]+)|\[(\d+)\]|(\[\*?\])|\["([^"]*)"\]/y
  const start = /^\$(?=[.[]|$)/.test(path) ? 1 : 0
  for (pattern.lastIndex = start; pattern.lastIndex < path.length; ) {
    const match = pattern.exec(path)
    if (!match) return undefined
    const [, key, index, all, quoted] = match
    steps.push(all ? each : index === undefined ? (key ?? quoted)! : Number(index))
  }
  return steps.length > 0 ? steps : undefined
}

const idPaths = ['ids', 'documents[].id', 'sources[].id', 'results[].id', 'passages[].docId']
const answerPaths = ['answer', 'text', 'output', 'response']
const passageLists = ['passages', 'documents', 'sources', 'results']
const tokenPaths = ['token', 'choices[0].delta.content', 'delta', 'message.content', 'text', 'response']

/** What stands at a path: one value for every element the path fans out to, or where it ends too early. */
export type Lookup = { values: unknown[]; gap?: undefined } | { values?: undefined; gap: string }

/** Values at `path`. A list that is there and empty is found; an element without the rest of the path is a gap. */
export function lookUp(json: unknown, path: string): Lookup {
  const steps = stepsOf(path) ?? []
  const values: unknown[] = []
  const gap = collect(json, steps, '', values)
  return gap === undefined ? { values } : { gap }
}

function collect(value: unknown, steps: readonly Step[], at: string, values: unknown[]): string | undefined {
  const [step, ...rest] = steps
  if (step === undefined) {
    values.push(value)
    return undefined
  }
  if (step === each) {
    if (!Array.isArray(value)) return `${at || 'the answer'} ${describe(value)}`
    for (const [i, item] of value.entries()) {
      const gap = collect(item, rest, `${at}[${i}]`, values)
      if (gap !== undefined) return gap
    }
    return undefined
  }
  const fits = Array.isArray(value) === (typeof step === 'number')
  if (typeof value !== 'object' || value === null || !fits || !Object.hasOwn(value, step))
    return `${at || 'the answer'} ${describe(value)}`
  const inside = typeof step === 'number' ? `${at}[${step}]` : at ? `${at}.${step}` : step
  return collect((value as Record<Step, unknown>)[step], rest, inside, values)
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `is a list of ${value.length}`
  if (typeof value !== 'object' || value === null) return `is ${JSON.stringify(value)?.slice(0, 80)}`
  const keys = Object.keys(value)
  return keys.length === 0 ? 'has no keys' : `has the keys ${keys.slice(0, 12).join(', ')}`
}

/** The first path that some part has, latest part first: streams say more the later it gets. */
function firstFound(parts: readonly unknown[], paths: readonly string[], fits: (values: unknown[]) => boolean) {
  for (const path of paths) {
    for (const part of parts.toReversed()) {
      const { values } = lookUp(part, path)
      if (values && fits(values)) return { path, values }
    }
  }
  return undefined
}

const isId = (value: unknown) => (typeof value === 'string' && value !== '') || typeof value === 'number'
const isText = (value: unknown): value is string => typeof value === 'string'
/** A path to a list and a path to its elements mean the same. */
const spread = (values: unknown[]) => (values.length === 1 && Array.isArray(values[0]) ? values[0] : values)

export interface Wanted {
  /** Was an answer asked for? Then its absence is an error. */
  answer?: boolean
  /** What was streamed; it is the answer, whatever the last part says. */
  streamed?: string
}

/**
 * The result of a query from the JSON of a system: one part for a plain answer, all events for a stream.
 * @throws PipelineError TARGET_FAILED where a part that must be there is not, with the path and the keys that are.
 */
export function resultFrom(parts: readonly unknown[], paths: ResponsePaths = {}, wanted: Wanted = {}): QueryResult {
  const passages = passagesFrom(parts, paths.passages)
  const ids = idsFrom(parts, paths, passages)
  for (const [i, passage] of passages.entries()) {
    passage.docId ||= passages.length === ids.length ? ids[i]! : ''
    passage.chunkId = `${passage.docId}#${i}`
  }
  const answer = wanted.streamed || answerFrom(parts, paths, wanted.answer ?? false)
  const usage = usageFrom(parts, paths.usage)
  const cacheHit = cacheHitFrom(parts, paths.cacheHit)
  return {
    ids: [...new Set(ids)],
    passages,
    ...(answer === undefined ? {} : { answer }),
    ...(usage ? { usage } : {}),
    ...(cacheHit ? { cacheHit } : {}),
  }
}

function missing(what: string, key: string, paths: readonly string[], parts: readonly unknown[], wayOut: string) {
  const found = paths.map((path) => lookUp(parts.at(-1), path)).find(({ values }) => values)
  const gap = found ? `found ${JSON.stringify(found.values)?.slice(0, 120)}` : lookUp(parts.at(-1), paths[0]!).gap
  const other = parts.length > 1 ? ` in any of ${parts.length} events; of the last one,` : ':'
  return new PipelineError(
    'TARGET_FAILED',
    `no ${what} at ${paths.join(', ')}${other} ${gap ?? 'nothing came'}`,
    `set response.${key} to the path they stand at${wayOut}`,
  )
}

function idsFrom(parts: readonly unknown[], paths: ResponsePaths, passages: readonly Passage[]): string[] {
  if (paths.ids === null) return passages.map(({ docId }) => docId).filter(Boolean)
  const tried = [paths.ids ?? paths.passages?.docId ?? idPaths].flat()
  const found = firstFound(parts, tried, (values) => spread(values).every(isId))
  if (found) return spread(found.values).map(String)
  throw missing('document ids', 'ids', tried, parts, ', or to null when the system gives none')
}

function answerFrom(parts: readonly unknown[], paths: ResponsePaths, isWanted: boolean): string | undefined {
  if (paths.answer === null) return undefined
  const tried = [paths.answer ?? answerPaths].flat()
  const found = firstFound(parts, tried, ([value]) => isText(value))
  if (found) return found.values.join('')
  if (isWanted) throw missing('answer', 'answer', tried, parts, ', or to null when the system only searches')
  return undefined
}

function passagesFrom(parts: readonly unknown[], paths: ResponsePaths['passages']): Passage[] {
  const named = paths ?? defaultPassages(parts)
  const columns = Object.fromEntries(
    Object.entries(named).map(([key, path]) => {
      const found = path === undefined ? undefined : firstFound(parts, [path], () => true)
      // titles and scores are decoration: they may be there for some passages only
      if (path !== undefined && !found && paths && (key === 'text' || key === 'docId'))
        throw missing(`passages' ${key}`, `passages.${key}`, [path], parts, '')
      return [key, found && spread(found.values)]
    }),
  )
  const count = columns.text?.length ?? columns.docId?.length ?? 0
  return Array.from({ length: count }, (_, i) => {
    const at = (key: string) => (columns[key]?.length === count ? columns[key][i] : undefined)
    const id = at('docId')
    const score = Number(at('score') ?? 0)
    return {
      chunkId: '',
      docId: isId(id) ? String(id) : '',
      title: String(at('title') ?? ''),
      text: String(at('text') ?? ''),
      score: Number.isFinite(score) ? score : 0,
    }
  })
}

function defaultPassages(parts: readonly unknown[]): NonNullable<ResponsePaths['passages']> {
  for (const list of passageLists) {
    if (!firstFound(parts, [`${list}[].text`], (values) => values.length > 0 && values.every(isText))) continue
    const docId = firstFound(parts, [`${list}[].docId`, `${list}[].id`], (values) => values.every(isId))?.path
    return { docId, text: `${list}[].text`, title: `${list}[].title`, score: `${list}[].score` }
  }
  return {}
}

/** Token counts in our words, those of the OpenAI interface, or those of Ollama. */
const usageKeys = {
  promptTokens: ['promptTokens', 'prompt_tokens', 'input_tokens', 'prompt_eval_count'],
  reusedTokens: ['reusedTokens', 'prompt_tokens_details.cached_tokens', 'cache_read_input_tokens'],
  completionTokens: ['completionTokens', 'completion_tokens', 'output_tokens', 'eval_count'],
}

function usageFrom(parts: readonly unknown[], path: string | undefined): Usage | undefined {
  const isUsage = ([value]: unknown[]) => typeof value === 'object' && value !== null
  const found = firstFound(parts, [path ?? 'usage'], isUsage)?.values
  const count = (names: string[]) =>
    found && firstFound(found, names, ([value]) => Number.isSafeInteger(value))?.values[0]
  const promptTokens = count(usageKeys.promptTokens)
  const completionTokens = count(usageKeys.completionTokens)
  if (typeof promptTokens === 'number' && typeof completionTokens === 'number')
    return { promptTokens, completionTokens, reusedTokens: Number(count(usageKeys.reusedTokens) ?? 0) }
  if (path === undefined) return undefined
  throw missing('token counts', 'usage', [path], parts, ', an object with prompt_tokens and completion_tokens')
}

function cacheHitFrom(parts: readonly unknown[], path: string | undefined): string | undefined {
  const value = firstFound(parts, [path ?? 'cacheHit'], () => true)?.values[0]
  if (isText(value) && value !== '') return value
  return value === true ? 'cache' : undefined
}

/** Reads the text out of the events of one stream. Without a path, the first default that fits is kept to the end. */
export function tokenReader(paths: ResponsePaths = {}): (event: unknown) => string | undefined {
  let kept = paths.token
  return (event) => {
    const path = kept ?? tokenPaths.find((each) => isText(lookUp(event, each).values?.[0]))
    const text = path === undefined ? undefined : lookUp(event, path).values?.[0]
    if (!isText(text) || text === '') return undefined
    kept = path
    return text
  }
}
