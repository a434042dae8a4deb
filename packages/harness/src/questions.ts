import type { Dataset, Question } from '@tenfold/contracts'
import { openDataset, type QuestionFile, readQuestionFile } from '@tenfold/dataset'

/** The data of a setting: `default` or a folder. */
export const openData = (data: string): Promise<Dataset> =>
  openDataset(data === 'default' ? { kind: 'default' } : { kind: 'path', path: data })

/** Questions alone, for systems that hold their own documents. */
export const openQuestions = (file: string): QuestionFile => readQuestionFile(file)

/** Known-item questions made when a folder brings none. */
const knownItems = 120
/** A title shorter than this asks for nothing: the opening of the text does. */
const shortestTitle = 3
const openingChars = 80

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
    if (!wanted || !(doc.title.trim() || doc.text.trim())) continue
    const text = doc.title.trim().length < shortestTitle ? doc.text.slice(0, openingChars) : doc.title
    questions.push({ id: doc.id, text, relevant: { [doc.id]: 1 }, accept: [], group: doc.id, split })
    if (questions.length >= knownItems) break
  }
  // a single document has no second half to check with
  return questions.length === 0 && split === 'check' ? knownItemQuestions(dataset, 'tune') : questions
}
