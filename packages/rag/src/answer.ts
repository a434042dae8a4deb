import { cacheKey } from '@tenfold/cache-manager'
import type { Config, Passage, QueryRequest, TargetEvent, Usage } from '@tenfold/contracts'
import type { Generation } from '@tenfold/inference'
import { models, type Parts } from './parts.ts'
import { buildPrompt, endOfAnswer } from './prompt.ts'
import { recall } from './recall.ts'
import type { Timed } from './retrieve.ts'

export interface Answered {
  answer: string
  usage: Usage
  hit?: string
}

/** Room kept for the markers of the chat format. */
const markerTokens = 32

/** The passages that fit the context window with the answer wanted; the last ones go first. */
export async function fitPassages(
  parts: Parts,
  config: Config,
  request: QueryRequest,
  passages: readonly Passage[],
): Promise<Passage[]> {
  const wanted = passages.slice(0, config['speed.contextPassages'])
  if (!request.answerTokens) return wanted
  const room = config['memory.contextTokens'] - request.answerTokens - markerTokens
  return parts.generator.use(async (generator) => {
    while (wanted.length > 1 && generator.countPromptTokens(buildPrompt(request.text, wanted)) > room) wanted.pop()
    return wanted
  })
}

/** Streams an answer from these passages; the same prompt is answered from the cache, token by token as well. */
export async function answer(
  parts: Parts,
  request: QueryRequest,
  passages: readonly Passage[],
  timed: Timed,
  on: (event: TargetEvent) => void,
): Promise<Answered> {
  const prompt = buildPrompt(request.text, passages)
  const maxTokens = request.answerTokens ?? 0
  const compute = async (): Promise<Generation> => {
    const done = await parts.generator.use((generator) =>
      generator.generate(prompt, {
        maxTokens,
        stop: endOfAnswer,
        onToken: (text) => on({ type: 'token', text }),
        ...(request.signal ? { signal: request.signal } : {}),
      }),
    )
    on({ type: 'stage', stage: 'prefill', ms: done.firstTokenMs })
    on({ type: 'stage', stage: 'decode', ms: done.totalMs - done.firstTokenMs })
    return done
  }
  const found = request.bypassCache
    ? { value: await compute(), hit: false, own: true }
    : await recall(
        parts.caches,
        'generation',
        cacheKey(JSON.stringify(prompt), maxTokens, ...Object.values(models)),
        compute,
        { signal: request.signal },
      )
  const { text, promptTokens, reusedTokens, completionTokens } = found.value
  if (!found.own) await timed('cache', () => on({ type: 'token', text }))
  return {
    answer: text,
    usage: { promptTokens, reusedTokens, completionTokens },
    ...(found.hit ? { hit: 'generation' } : {}),
  }
}
