import type { Question, Target } from '@tenfold/contracts'
import { containsAny, ndcgAt, recallAt } from '@tenfold/measure'
import type { QualityTable } from './job.ts'
import type { TaskContext } from './tasks.ts'

const depth = 10

/** Grades every arm on the same questions: [arm][question], only questions a metric can speak about. */
export async function gradeQuestions({ arms, questions, say }: TaskContext, answers: number): Promise<QualityTable> {
  const table: QualityTable = {}
  const put = (metric: string, arm: number, value: number) =>
    ((table[metric] ??= arms.map(() => []))[arm] ??= []).push(value)
  for (const question of questions) {
    for (const [arm, { target }] of arms.entries())
      await gradeRanking(target, question, (metric, value) => put(metric, arm, value))
  }
  const answerable = questions.filter((question) => question.accept.length > 0).slice(0, answers)
  for (const [row, question] of answerable.entries()) {
    say(`answer ${row + 1} of ${answerable.length}`)
    for (const [arm, { target }] of arms.entries())
      await gradeAnswer(target, question, (metric, value) => put(metric, arm, value))
  }
  return table
}

type Put = (metric: string, value: number) => void

async function gradeRanking(target: Target, { text, relevant, accept }: Question, put: Put): Promise<void> {
  if (Object.values(relevant).some((grade) => grade > 0)) {
    const { ids } = await target.query({ text, k: depth, bypassCache: true })
    put('quality.recallAt10', recallAt(depth, ids, relevant))
    put('quality.ndcgAt10', ndcgAt(depth, ids, relevant))
  }
  if (accept.length > 0) {
    const { passages } = await target.query({ text, answerTokens: 0, bypassCache: true })
    put('quality.answerInContext', Number(containsAny(passages.map((passage) => passage.text).join('\n'), accept)))
  }
}

/** Longest answer graded, in tokens. */
const answerTokens = 48

async function gradeAnswer(target: Target, question: Question, put: Put): Promise<void> {
  const start = performance.now()
  let firstTokenMs = 0
  const result = await target.query({ text: question.text, answerTokens, bypassCache: true }, (event) => {
    if (event.type === 'token') firstTokenMs ||= performance.now() - start
  })
  const totalMs = performance.now() - start
  put('answer.firstTokenMs', firstTokenMs)
  put('answer.totalMs', totalMs)
  const later = (result.usage?.completionTokens ?? 0) - 1
  if (later > 0) put('answer.tokensPerSecond', (later / (totalMs - firstTokenMs)) * 1000)
  put('quality.answerCorrect', Number(containsAny(result.answer ?? '', question.accept)))
}
