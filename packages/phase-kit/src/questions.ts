import type { Dataset, Doc, Question } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'

/** The data of a setting: `default` or a folder. */
export const openData = (data: string): Promise<Dataset> =>
  openDataset(data === 'default' ? { kind: 'default' } : { kind: 'path', path: data })

export async function* docsOf(data: string, concurrency?: number): AsyncGenerator<Doc> {
  yield* (await openData(data)).docs(concurrency)
}

/** Known-item questions made when a folder brings none. */
const knownItems = 120

/** The questions of one split; where the data has none, the titles of its documents ask for the documents themselves. */
export async function questionsFor(dataset: Dataset, split: Question['split']): Promise<Question[]> {
  const own = dataset.questions.filter((question) => question.split === split)
  return own.length > 0 ? own : knownItemQuestions(dataset, split)
}

async function knownItemQuestions(dataset: Dataset, split: Question['split']): Promise<Question[]> {
  const questions: Question[] = []
  let row = 0
  for await (const doc of dataset.docs()) {
    const wanted = row++ % 2 === (split === 'tune' ? 0 : 1)
    if (!wanted || doc.title.trim().length < 3) continue
    questions.push({ id: doc.id, text: doc.title, relevant: { [doc.id]: 1 }, accept: [], group: doc.id, split })
    if (questions.length >= knownItems) break
  }
  return questions
}
