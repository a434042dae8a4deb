import type { Question, Target } from '@tenfold/contracts'
import { containsAny, ndcgAt, recallAt } from '@tenfold/measure'
import type { QualityTable } from './job.ts'
import type { TaskContext } from './tasks.ts'

const depth = 10
/** Longest answer graded, in tokens. */
const answerTokens = 48
/** Questions without judgements asked to see whether two systems agree. */
const mostUnjudged = 200

/** All that grading asks of a target. */
type Asked = Pick<Target, 'query' | 'exactSearch'>
type AskedArm = { target: Asked }

/** Different warnings told; the others are counted only. */
const mostWarnings = 5

/** Grades every arm on the same questions: [arm][question], only questions a metric can speak about; and what the arms warned of meanwhile. */
export async function gradeQuestions(
  { arms: opened, questions, say }: TaskContext,
  answers: number,
): Promise<{ table: QualityTable; warnings?: string[] }> {
  const table: QualityTable = {}
  const heard = new Map<string, number>()
  const arms = opened.map(({ target }) => ({ target: listening(target, heard) }))
  const put = (metric: string, arm: number, value: number) =>
    ((table[metric] ??= arms.map(() => []))[arm] ??= []).push(value)
  for (const question of questions) {
    for (const [arm, { target }] of arms.entries())
      await gradeRanking(target, question, (metric, value) => put(metric, arm, value))
  }
  const unjudged = questions.filter((question) => !isJudged(question)).slice(0, mostUnjudged)
  for (const { text } of arms.length > 1 ? unjudged : []) await gradeAlike(arms, text, put)
  const withAccept = questions.filter((question) => question.accept.length > 0).slice(0, answers)
  const answerable = withAccept[0] && (await anyAnswers(arms, withAccept[0])) ? withAccept : []
  for (const [row, question] of answerable.entries()) {
    say(`answer ${row + 1} of ${answerable.length}`)
    for (const [arm, { target }] of arms.entries())
      await gradeAnswer(target, question, (metric, value) => put(metric, arm, value))
  }
  return heard.size > 0 ? { table, warnings: told(heard) } : { table }
}

const listening = (target: Target, heard: Map<string, number>): Asked => ({
  ...(target.exactSearch ? { exactSearch: (text, k) => target.exactSearch!(text, k) } : {}),
  async query(request, on) {
    const result = await target.query(request, on)
    for (const warning of result.warnings ?? []) heard.set(warning, (heard.get(warning) ?? 0) + 1)
    return result
  },
})

function told(heard: ReadonlyMap<string, number>): string[] {
  const lines = [...heard].map(([warning, times]) => `${warning} (${times} ${times === 1 ? 'question' : 'questions'})`)
  const more = lines.length - mostWarnings
  return more > 0 ? [...lines.slice(0, mostWarnings), `${more} other warnings of this kind`] : lines
}

/** Does one of them answer at all? Systems that only search are graded on what they find. */
async function anyAnswers(arms: AskedArm[], { text }: Question): Promise<boolean> {
  for (const { target } of arms) {
    const answered = await target.query({ text, answerTokens, bypassCache: true }).then(
      (result) => result.answer !== undefined,
      () => false,
    )
    if (answered) return true
  }
  return false
}

/**
 * Where nobody has judged, systems are held to exact search, or to the first of them where there is none: documents shared, and
 * whether an answer that comes with the documents is the same to the letter.
 */
async function gradeAlike(
  arms: AskedArm[],
  text: string,
  put: (metric: string, arm: number, value: number) => void,
): Promise<void> {
  const results = []
  for (const { target } of arms) results.push(await target.query({ text, k: depth, bypassCache: true }))
  const truth = (await arms[0]!.target.exactSearch?.(text, depth)) ?? results[0]!.ids.slice(0, depth)
  const answer = results[0]!.answer
  for (const [arm, result] of results.entries()) {
    const found = new Set(result.ids.slice(0, depth))
    if (truth.length > 0) put('quality.overlapAt10', arm, truth.filter((id) => found.has(id)).length / truth.length)
    if (answer !== undefined) put('quality.answerSame', arm, Number(result.answer === answer))
  }
}

type Put = (metric: string, value: number) => void

const isJudged = ({ relevant }: Question) => Object.values(relevant).some((grade) => grade > 0)

async function gradeRanking(target: Asked, question: Question, put: Put): Promise<void> {
  const { text, relevant, accept } = question
  if (isJudged(question)) {
    const { ids } = await target.query({ text, k: depth, bypassCache: true })
    put('quality.recallAt10', recallAt(depth, ids, relevant))
    put('quality.ndcgAt10', ndcgAt(depth, ids, relevant))
    put('quality.sourceAt1', Number((relevant[ids[0] ?? ''] ?? 0) > 0))
  }
  if (accept.length > 0) {
    const { passages } = await target.query({ text, answerTokens: 0, bypassCache: true })
    put('quality.answerInContext', Number(containsAny(passages.map((passage) => passage.text).join('\n'), accept)))
  }
}

async function gradeAnswer(target: Asked, question: Question, put: Put): Promise<void> {
  const start = performance.now()
  let firstTokenMs: number | undefined
  const result = await target.query({ text: question.text, answerTokens, bypassCache: true }, (event) => {
    if (event.type === 'token') firstTokenMs ??= performance.now() - start
  })
  const totalMs = performance.now() - start
  put('answer.totalMs', totalMs)
  const later = (result.usage?.completionTokens ?? 0) - 1
  // a system that streams nothing has no first token
  if (firstTokenMs !== undefined) put('answer.firstTokenMs', firstTokenMs)
  if (firstTokenMs !== undefined && later > 0) put('answer.tokensPerSecond', (later / (totalMs - firstTokenMs)) * 1000)
  put('quality.answerCorrect', Number(containsAny(result.answer ?? '', question.accept)))
}
