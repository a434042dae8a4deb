import { isInDomain } from './knob-kinds.ts'
import type { QueryResult, Target, TargetEvent } from './target.ts'

export interface Law {
  name: string
  /** Lowest level of target the law speaks about. */
  level: 0 | 1 | 2
  /** Throws when the target breaks the law. */
  check(target: Target, probe: Probe): Promise<void>
}

/** A question the target can answer from what it has ingested. */
export interface Probe {
  text: string
}

function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what)
}

async function listen(
  target: Target,
  probe: Probe,
  answerTokens?: number,
): Promise<[QueryResult, TargetEvent[], number]> {
  const events: TargetEvent[] = []
  const start = performance.now()
  const request = { text: probe.text, bypassCache: true, ...(answerTokens ? { answerTokens } : {}) }
  const result = await target.query(request, (event) => events.push(event))
  return [result, events, performance.now() - start]
}

/** What every target must keep, built in or a user's own. Run by tests, and by anybody writing a target. */
export const targetLaws: Law[] = [
  {
    name: 'ids are stable: the same question gives the same documents, each once',
    level: 0,
    async check(target, probe) {
      const [first] = await listen(target, probe)
      const [second] = await listen(target, probe)
      hold(first.ids.length > 0, `no documents for ${JSON.stringify(probe.text)}`)
      hold(JSON.stringify(first.ids) === JSON.stringify(second.ids), `${first.ids} then ${second.ids}`)
      hold(new Set(first.ids).size === first.ids.length, `repeated ids in ${first.ids}`)
    },
  },
  {
    name: 'an aborted query rejects, and the next one works',
    level: 0,
    async check(target, probe) {
      const signal = AbortSignal.abort()
      const outcome = await target.query({ ...probe, signal, bypassCache: true }).then(
        () => 'resolved',
        () => 'rejected',
      )
      hold(outcome === 'rejected', 'an aborted query resolved')
      await listen(target, probe)
    },
  },
  {
    name: 'stage times are not negative and do not exceed the whole',
    level: 1,
    async check(target, probe) {
      const [, events, wallMs] = await listen(target, probe)
      const stages = events.filter((event) => event.type === 'stage')
      hold(stages.length > 0, 'no stage events')
      hold(
        stages.every((stage) => stage.ms >= 0),
        'a negative stage time',
      )
      const sum = stages.reduce((total, stage) => total + stage.ms, 0)
      hold(sum <= wallMs * 1.05 + 1, `stages sum to ${sum} ms of ${wallMs} ms`)
    },
  },
  {
    name: 'bypassCache really bypasses: caches neither answer nor learn',
    level: 2,
    async check(target, probe) {
      await target.reset?.('cache')
      for (let i = 0; i < 3; i++) {
        const [result] = await listen(target, probe)
        hold(result.cacheHit === undefined, `answered by ${result.cacheHit}`)
      }
    },
  },
  {
    name: 'apply changes what readBack sees, undo restores it, undo twice is harmless',
    level: 2,
    async check(target) {
      const { knobs } = await target.info()
      const before = (await target.readBack?.()) ?? {}
      for (const [key, from] of Object.entries(before)) {
        const to = knobs[key]?.levels.find((level) => level !== from && isInDomain(knobs[key]!.domain, level))
        if (to === undefined || key.startsWith('metal.') || key.startsWith('rag.')) continue
        const { undo } = await target.apply!({ [key]: to })
        const changed = await target.readBack!()
        hold(
          changed[key as keyof typeof changed] === to,
          `${key}: applied ${to}, reads ${changed[key as keyof typeof changed]}`,
        )
        await undo()
        await undo()
        const restored = await target.readBack!()
        hold(JSON.stringify(restored) === JSON.stringify(before), `${key}: undo left ${JSON.stringify(restored)}`)
      }
    },
  },
  {
    name: 'an answer is streamed: the tokens joined are the answer',
    level: 1,
    async check(target, probe) {
      const [result, events] = await listen(target, probe, 8)
      const streamed = events.filter((event) => event.type === 'token').map((event) => event.text)
      hold(
        result.answer === streamed.join(''),
        `${JSON.stringify(result.answer)} was streamed as ${JSON.stringify(streamed)}`,
      )
    },
  },
]
