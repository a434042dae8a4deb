import type { Reranker } from './reranker.ts'

export interface RerankerLaw {
  name: string
  /** Throws when the reranker breaks the law. */
  check(reranker: Reranker): Promise<void>
}

const question = 'Which metal is liquid at room temperature?'
const passages = [
  'Granite is a rock of quartz and feldspar.',
  'Mercury is the metal that is liquid at room temperature.',
  'Iron melts at 1,538 degrees.',
  'Rooms should have a temperature of 20 degrees.',
].map((text, i) => ({ id: String(i), text }))

function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what)
}

/** Within f32: a batch of another make-up adds up in another order. */
const alike = (a: number, b: number) => Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(a), Math.abs(b))

async function scored({ rerank }: Reranker, text: string, given: readonly { id: string; text: string }[]) {
  const scores = Array.from(await rerank(text, given, { signal: new AbortController().signal }))
  hold(scores.length === given.length, `${scores.length} scores for ${given.length} passages`)
  hold(scores.every(Number.isFinite), `a score that is no finite number: ${scores}`)
  return scores
}

/** What every reranker must keep. Run by tests, and by anybody writing one. */
export const rerankerLaws: RerankerLaw[] = [
  {
    name: 'a finite score for each passage, whatever is asked: no passages, one, empty texts, no words',
    async check(reranker) {
      await scored(reranker, question, [])
      await scored(reranker, question, passages.slice(0, 1))
      await scored(reranker, question, [...passages, { id: 'empty', text: '' }])
      await scored(reranker, '', passages)
      await scored(reranker, '\0 🐈 \ud800', [{ id: 'long', text: 'word '.repeat(5000) }, ...passages])
    },
  },
  {
    name: 'the same scores again, and for each passage in whatever order they come',
    async check(reranker) {
      const first = await scored(reranker, question, passages)
      const again = await scored(reranker, question, passages)
      hold(
        first.every((score, i) => alike(score, again[i]!)),
        `${first} then ${again}`,
      )
      const turned = (await scored(reranker, question, passages.toReversed())).reverse()
      hold(
        first.every((score, i) => alike(score, turned[i]!)),
        `${first}, from last to first ${turned}`,
      )
    },
  },
  {
    name: 'the passage that answers stands first',
    async check(reranker) {
      const scores = await scored(reranker, question, passages)
      hold(scores.indexOf(Math.max(...scores)) === 1, `scores ${scores}`)
    },
  },
  {
    name: 'what it is given is left as it was',
    async check(reranker) {
      const given = structuredClone(passages)
      await scored(reranker, question, given)
      hold(JSON.stringify(given) === JSON.stringify(passages), 'the passages were changed')
    },
  },
]
