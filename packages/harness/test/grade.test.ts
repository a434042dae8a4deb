import type { Passage, QueryRequest, QueryResult, Question, Target, TargetEvent } from '@tenfold/contracts'
import { describe, expect, it } from 'vitest'
import { gradeQuestions } from '../src/grade.ts'
import type { TaskContext } from '../src/tasks.ts'

const question = (id: string, changes: Partial<Question> = {}): Question => ({
  id,
  text: id,
  relevant: {},
  accept: [],
  group: id,
  split: 'check',
  ...changes,
})

type Answers = (request: QueryRequest, on?: (event: TargetEvent) => void) => Partial<QueryResult>

function system(answers: Answers, more: Partial<Target> = {}): { target: Target; requests: QueryRequest[] } {
  const requests: QueryRequest[] = []
  const target = {
    async query(request, on) {
      requests.push(request)
      return { ids: [], passages: [], ...answers(request, on) }
    },
    ...more,
  } as Target
  return { target, requests }
}

const graded = (systems: { target: Target }[], questions: Question[], answers = 0) =>
  gradeQuestions({ arms: systems, questions, say: () => {} } as unknown as TaskContext, answers)
const grade = async (...asked: Parameters<typeof graded>) => (await graded(...asked)).table

const ranked = (...ids: string[]) => system(() => ({ ids }))
const passage = (text: string): Passage => ({ chunkId: '', docId: '', title: '', text, score: 1 })

it('what systems warn of is told once each with how often, and not without end', async () => {
  const questions = Array.from({ length: 7 }, (_, i) => question(String(i), { relevant: { good: 1 } }))
  const warning = system(({ text }) => ({ ids: ['good'], warnings: ['always', `of ${text}`] }))
  const { warnings, table } = await graded([warning], questions)
  expect(table['quality.sourceAt1']).toEqual([[1, 1, 1, 1, 1, 1, 1]])
  expect(warnings).toHaveLength(6)
  expect(warnings!.slice(0, 2)).toEqual(['always (7 questions)', 'of 0 (1 question)'])
  expect(warnings!.at(-1)).toBe('3 other warnings of this kind')
  expect(await graded([ranked('good')], questions)).not.toHaveProperty('warnings')
})

describe('judged questions', () => {
  const relevant = { good: 2, fair: 1, bad: 0 }

  it('sourceAt1 is 1 only where the very first document is relevant', async () => {
    const table = await grade(
      [ranked('good', 'x'), ranked('x', 'good'), ranked('bad', 'good'), ranked()],
      [question('q', { relevant })],
    )
    expect(table['quality.sourceAt1']).toEqual([[1], [0], [0], [0]])
    expect(table['quality.recallAt10']).toEqual([[0.5], [0.5], [0.5], [0]])
    expect(table['quality.ndcgAt10']![0]![0]).toBeGreaterThan(table['quality.ndcgAt10']![1]![0]!)
  })

  it('asks past every cache, and compares nobody with anybody', async () => {
    const [a, b] = [ranked('good'), ranked('x')]
    const table = await grade([a, b], [question('q', { relevant })])
    expect(a.requests).toEqual([{ text: 'q', k: 10, bypassCache: true }])
    expect(Object.keys(table)).not.toContain('quality.overlapAt10')
  })

  it('judgements that are all 0 are no judgements', async () => {
    const table = await grade([ranked('bad'), ranked('bad')], [question('q', { relevant: { bad: 0 } })])
    expect(Object.keys(table)).toEqual(['quality.overlapAt10'])
  })
})

describe('overlapAt10, where nobody has judged', () => {
  const questions = [question('one'), question('two')]

  it('is the share of documents shared with the incumbent', async () => {
    const table = await grade([ranked('a', 'b', 'c', 'd'), ranked('d', 'x', 'a', 'y')], questions)
    expect(table['quality.overlapAt10']).toEqual([
      [1, 1],
      [0.5, 0.5],
    ])
  })

  it('is held to exact search where there is one: the incumbent may lose too', async () => {
    const incumbent = system(() => ({ ids: ['a', 'x'] }), { exactSearch: async () => ['a', 'b'] })
    const table = await grade([incumbent, ranked('b', 'a')], questions)
    expect(table['quality.overlapAt10']).toEqual([
      [0.5, 0.5],
      [1, 1],
    ])
  })

  it('looks at ten documents', async () => {
    const ids = Array.from({ length: 12 }, (_, i) => `${i}`)
    const table = await grade([ranked(...ids), ranked(...ids.slice(2), '0', '1')], [questions[0]!])
    expect(table['quality.overlapAt10']).toEqual([[1], [0.8]])
  })

  it('says nothing where nothing was found, and nothing of a system alone', async () => {
    expect(await grade([ranked(), ranked('a')], questions)).toEqual({})
    expect(await grade([ranked('a')], questions)).toEqual({})
  })
})

describe('answerSame', () => {
  const answering = (answer?: string) => system(() => ({ ids: ['a'], ...(answer === undefined ? {} : { answer }) }))

  it('is 1 where the answer is that of the incumbent to the letter', async () => {
    const table = await grade(['42', '42', '42.', undefined].map(answering), [question('q')])
    expect(table['quality.answerSame']).toEqual([[1], [1], [0], [0]])
  })

  it('is left out where the incumbent gives none', async () => {
    expect(await grade([answering(), answering('42')], [question('q')])).not.toHaveProperty('quality.answerSame')
  })
})

describe('answers', () => {
  const asked = [question('q1', { accept: ['Paris'] }), question('q2', { accept: ['Rome'] }), question('q3')]

  it('answerInContext looks for the expected words in the passages', async () => {
    const table = await grade([system(({ text }) => ({ passages: [passage(text), passage('in  PARIS')] }))], asked)
    expect(table['quality.answerInContext']).toEqual([[1, 0]])
  })

  it('grades as many answers as asked for, on both sides', async () => {
    const right = system(() => ({ answer: 'It is paris.' }))
    const wrong = system(() => ({ answer: 'No idea.' }))
    expect((await grade([right, wrong], asked, 1))['quality.answerCorrect']).toEqual([[1], [0]])
    expect((await grade([right, wrong], asked, 9))['quality.answerCorrect']).toEqual([
      [1, 0],
      [0, 0],
    ])
    expect(await grade([right, wrong], asked)).not.toHaveProperty('quality.answerCorrect')
  })

  it('systems that only search are not graded on answers', async () => {
    const refuses = system(({ answerTokens }) => {
      if (answerTokens) throw new Error('no generator')
      return {}
    })
    expect(await grade([ranked('a'), refuses], asked, 2)).not.toHaveProperty('quality.answerCorrect')
  })

  it('times the first token and the rate only of a system that streams', async () => {
    const usage = { promptTokens: 1, reusedTokens: 0, completionTokens: 5 }
    const streams = system((_, on) => {
      on?.({ type: 'token', text: 'Paris' })
      return { answer: 'Paris', usage }
    })
    const table = await grade([streams], asked.slice(0, 1), 1)
    const [first, total] = [table['answer.firstTokenMs']![0]![0]!, table['answer.totalMs']![0]![0]!]
    expect(first).toBeGreaterThan(0)
    expect(total).toBeGreaterThanOrEqual(first)
    expect(table['answer.tokensPerSecond']![0]![0]).toBeCloseTo((4 / (total - first)) * 1000, 6)
    const silent = await grade([system(() => ({ answer: 'Paris', usage }))], asked.slice(0, 1), 1)
    expect(Object.keys(silent).filter((metric) => metric.startsWith('answer.'))).toEqual(['answer.totalMs'])
  })
})
