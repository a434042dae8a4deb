import { access, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Question } from '@tenfold/contracts'
import { type JsonObject, type NamedFile, readLines, readRecords, Tally } from './lines.ts'
import { fieldsOf } from './metadata.ts'
import { stableSplit } from './questions.ts'
import type { Source, Warn } from './source.ts'
import { storable } from './text.ts'

type Split = Question['split']
type Judgements = Map<string, { grades: Record<string, number>; split: Split | undefined }>

/** The source for a folder in BEIR form (`corpus.jsonl`, `.gz` or not), or undefined when it has no corpus file. */
export async function beirSource(root: string, name: string): Promise<Source | undefined> {
  const corpus = await findFile(root, 'corpus.jsonl')
  if (corpus === undefined) return undefined
  return {
    name,
    async *read(_concurrency, warn) {
      const ids = new Set<string>()
      const skipped = new Tally()
      for await (const { number, record } of readRecords(corpus, warn)) {
        const id = idOf(record)
        const [title, body] = [stringOf(record.title), stringOf(record.text)]
        // Some collections hold titles only: such a document is its title.
        const text = body || title
        if (id === '') skipped.add('no _id, skipped', number)
        else if (ids.has(id)) skipped.add('document id used before, skipped', number)
        else if (text === '') skipped.add('neither text nor title, skipped', number)
        else {
          ids.add(id)
          const metadata = fieldsOf(record.metadata)
          const told = Object.keys(metadata).length > 0 ? { metadata } : {}
          yield { id, title: storable(title), text: storable(text), collection: '', ...told }
        }
      }
      skipped.report(corpus.name, warn)
    },
    async questions(warn) {
      const judgements: Judgements = new Map()
      for (const { split, ...file } of await qrelsFiles(root, warn)) await readQrels(file, split, judgements, warn)
      const queries = await findFile(root, 'queries.jsonl')
      return queries === undefined ? [] : readQueries(queries, judgements, warn)
    },
  }
}

/** Queries that have judgements; the split is that of the qrels file, else the query's own, else `stableSplit`. */
async function readQueries(file: NamedFile, judgements: Judgements, warn: Warn): Promise<Question[]> {
  const questions = new Map<string, Question>()
  const skipped = new Tally()
  for await (const { number, record } of readRecords(file, warn)) {
    const id = idOf(record)
    const text = stringOf(record.text)
    const judged = judgements.get(id)
    if (judged === undefined) continue
    if (questions.has(id)) skipped.add('query id used before, skipped', number)
    else if (text === '') skipped.add('no text, skipped', number)
    else if (Object.keys(judged.grades).length === 0) skipped.add('no relevant document judged, skipped', number)
    else {
      const accept = Array.isArray(record.answers) ? record.answers.filter((answer) => typeof answer === 'string') : []
      const split = judged.split ?? splitNamed(stringOf(record.split)) ?? stableSplit(id)
      questions.set(id, { id, text, relevant: judged.grades, accept, group: id, split })
    }
  }
  skipped.report(file.name, warn)
  return [...questions.values()]
}

/** Adds the pairs of one `query-id TAB corpus-id TAB grade` file with a header line. Grade 0 means not relevant. */
async function readQrels(file: NamedFile, split: Split | undefined, judgements: Judgements, warn: Warn): Promise<void> {
  const malformed = new Tally()
  for await (const { number, text } of readLines(file, warn)) {
    const [query = '', doc = '', grade = ''] = text.trimEnd().split('\t')
    const value = Number(grade)
    if (grade === '' || !Number.isFinite(value)) {
      if (number > 1) malformed.add('no pair with a grade, skipped', number)
      continue
    }
    const entry = judgements.get(query) ?? { grades: {}, split }
    // A query judged in both belongs to the final check: nothing may be tuned on it.
    if (split === 'check') entry.split = split
    if (value > 0) entry.grades[doc] = value
    judgements.set(query, entry)
  }
  malformed.report(file.name, warn)
}

/** Judgement files with their split. A single file leaves the split open; of several, `qrels.tsv` alone does. */
async function qrelsFiles(root: string, warn: Warn): Promise<(NamedFile & { split: Split | undefined })[]> {
  const top = (await readdir(root)).filter((name) => /^qrels.*\.tsv(\.gz)?$/.test(name))
  const inside = await readdir(join(root, 'qrels')).catch(() => [])
  const names = [...top, ...inside.filter((name) => /\.tsv(\.gz)?$/.test(name)).map((name) => `qrels/${name}`)].sort()
  const files = names.map((name) => ({ name, path: join(root, name), split: splitNamed(name) }))
  if (files.length <= 1) return files.map((file) => ({ ...file, split: undefined }))
  const split = files.filter((file) => file.split !== undefined)
  const used = split.length > 0 ? split : files.filter(({ name }) => /^qrels\.tsv(\.gz)?$/.test(name))
  for (const file of files) {
    if (!used.includes(file)) warn(file.name, 'judgement file named after neither test nor train, passed over')
  }
  return used
}

/** `check` for a test name, `tune` for train, dev and validation. */
function splitNamed(name: string): Split | undefined {
  const word = /(?:^|[^a-z])(test|check|train|tune|dev|validation|valid)(?:[^a-z]|$)/i.exec(name)?.[1]?.toLowerCase()
  if (word === undefined) return undefined
  return word === 'test' || word === 'check' ? 'check' : 'tune'
}

async function findFile(root: string, name: string): Promise<NamedFile | undefined> {
  for (const candidate of [name, `${name}.gz`]) {
    const path = join(root, candidate)
    const isPresent = await access(path).then(
      () => true,
      () => false,
    )
    if (isPresent) return { path, name: candidate }
  }
  return undefined
}

function idOf(record: JsonObject): string {
  return typeof record._id === 'number' ? String(record._id) : stringOf(record._id)
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value.trim() : ''
}
