import { createHash } from 'node:crypto'
import type { Question } from '@tenfold/contracts'
import { type JsonObject, type NamedFile, readRecords, Tally } from './lines.ts'
import type { Warn } from './source.ts'

/** `tune` or `check` by the first bit of the group's SHA-256: the same on every machine, whatever other questions exist. */
export function stableSplit(group: string): Question['split'] {
  return createHash('sha256').update(group).digest()[0]! < 128 ? 'tune' : 'check'
}

interface Written {
  id: string
  text: string
  pages: string[]
  accept: string[]
  paraphraseOf: string | undefined
  split: Question['split'] | undefined
}

/**
 * Questions from a JSON Lines file of `{_id, text, pages, accept?, paraphraseOf?, split?}`. A group (a question and its
 * paraphrases) has one split: the first one written for it, else `stableSplit` of its id. Bad lines are warned of.
 */
export async function readQuestions(file: NamedFile, warn: Warn): Promise<Question[]> {
  const written = new Map<string, Written>()
  const skipped = new Tally()
  for await (const { number, record } of readRecords(file, warn)) {
    const question = parseQuestion(record)
    if (typeof question === 'string') skipped.add(question, number)
    else if (written.has(question.id)) skipped.add('question id used before, skipped', number)
    else written.set(question.id, question)
  }
  skipped.report(file.name, warn)
  const splits = new Map<string, Question['split']>()
  for (const question of written.values()) {
    const group = groupOf(question, written)
    const first = splits.get(group)
    if (question.split !== undefined && first === undefined) splits.set(group, question.split)
    else if (question.split !== undefined && question.split !== first) {
      warn(
        file.name,
        `question ${question.id} has split ${question.split}, its group ${group} has ${first}: ${first} is used`,
      )
    }
  }
  return [...written.values()].map((question) => {
    const group = groupOf(question, written)
    const relevant = Object.fromEntries(question.pages.map((page) => [page, 1]))
    const { id, text, accept } = question
    return { id, text, relevant, accept, group, split: splits.get(group) ?? stableSplit(group) }
  })
}

/** The question that `question` is a paraphrase of, over any number of steps; of a cycle, its least id. */
function groupOf(question: Written, written: ReadonlyMap<string, Written>): string {
  const steps: string[] = []
  let id: string | undefined = question.id
  while (id !== undefined && !steps.includes(id)) {
    steps.push(id)
    id = written.get(id)?.paraphraseOf
  }
  return id === undefined ? steps.at(-1)! : steps.slice(steps.indexOf(id)).sort()[0]!
}

function parseQuestion(record: JsonObject): Written | string {
  const { _id, text, pages, accept = [], paraphraseOf, split } = record
  if (typeof _id !== 'string' || _id === '') return 'no _id, skipped'
  if (typeof text !== 'string' || text.trim() === '') return 'no text, skipped'
  if (!isStrings(pages)) return 'pages is no list of strings, skipped'
  if (!isStrings(accept)) return 'accept is no list of strings, skipped'
  if (split !== undefined && split !== 'tune' && split !== 'check') return 'split is neither tune nor check, skipped'
  return {
    id: _id,
    text,
    pages,
    accept,
    split,
    paraphraseOf: typeof paraphraseOf === 'string' ? paraphraseOf : undefined,
  }
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
