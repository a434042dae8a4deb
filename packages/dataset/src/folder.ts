import { createHash } from 'node:crypto'
import { access, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Doc } from '@tenfold/contracts'
import { mapAhead } from './ahead.ts'
import { docOf, fileKinds, readDoc, uncommented } from './file.ts'
import { parseRecord } from './json.ts'
import { readRecords, Tally } from './lines.ts'
import { fileFields } from './metadata.ts'
import { readQuestions } from './questions.ts'
import type { Source, Warn } from './source.ts'
import { readTable, tableKinds } from './table.ts'
import { walkFiles } from './walk.ts'

const recordKind = '.jsonl'
const questionFile = 'questions.jsonl'

/** Documents from the files below `root` (a real path) and questions from `questionsPath`, if that exists. */
export function folderSource(root: string, name: string, questionsPath = join(root, questionFile)): Source {
  return {
    name,
    async *read(concurrency, warn) {
      const files = await walkFiles(root, new Set([...fileKinds, ...tableKinds, recordKind]), warn)
      const documents = files.filter((path) => path !== questionFile)
      yield* withoutDuplicates(readFiles(root, documents, concurrency, warn), warn)
    },
    async questions(warn) {
      const isPresent = await access(questionsPath).then(
        () => true,
        () => false,
      )
      return isPresent ? readQuestions({ path: questionsPath, name: questionFile }, warn) : []
    },
  }
}

async function* readFiles(root: string, paths: string[], concurrency: number, warn: Warn): AsyncGenerator<Doc> {
  let withoutComments = 0
  const told: Warn = (file, reason) => (reason === uncommented ? withoutComments++ : warn(file, reason))
  const reads = mapAhead(paths, concurrency, async (path) => {
    const kind = extname(path).toLowerCase()
    if (kind === recordKind) return { many: readRecordFile(root, path, warn) }
    if (tableKinds.includes(kind)) return { many: readTableFile(root, path, warn) }
    return { doc: await readDoc(root, path, told) }
  })
  for await (const read of reads) {
    if ('many' in read) yield* read.many
    else if (read.doc) yield read.doc
  }
  if (withoutComments > 0) warn('.', `source files without documenting comments, skipped: ${withoutComments}`)
}

async function* readTableFile(root: string, path: string, warn: Warn): AsyncGenerator<Doc> {
  const file = await statedFields(root, path)
  for await (const { row, ...parsed } of readTable({ path: join(root, path), name: path }, warn))
    yield docOf(path, parsed, file, row === undefined ? path : `${path}#${row}`)
}

/** One document for each line; its id is the path, `#`, and the record's own id or else its line number. */
async function* readRecordFile(root: string, path: string, warn: Warn): AsyncGenerator<Doc> {
  const file = await statedFields(root, path)
  const empty = new Tally()
  let lines = 0
  for await (const { number, record } of readRecords({ path: join(root, path), name: path }, warn)) {
    lines++
    const own = [record._id, record.id].find((id) => typeof id === 'string' || typeof id === 'number')
    const parsed = parseRecord(record)
    if (parsed.text === '') empty.add('no text, skipped', number)
    else yield docOf(path, parsed, file, `${path}#${own ?? number}`)
  }
  empty.report(path, warn)
  if (lines === 0) warn(path, 'no JSON object in it, skipped')
}

/** None for a file that is gone by now: its reader tells. */
const statedFields = (root: string, path: string) =>
  stat(join(root, path)).then(
    (stats) => fileFields(path, stats),
    () => ({}),
  )

async function* withoutDuplicates(docs: AsyncIterable<Doc>, warn: Warn): AsyncGenerator<Doc> {
  const idsByText = new Map<string, string>()
  const ids = new Set<string>()
  for await (const doc of docs) {
    const digest = createHash('sha256').update(doc.text).digest('base64')
    const first = idsByText.get(digest)
    if (first !== undefined) warn(doc.id, `same text as ${first}, skipped`)
    else if (ids.has(doc.id)) warn(doc.id, 'document id used before, skipped')
    else {
      idsByText.set(digest, doc.id)
      ids.add(doc.id)
      yield doc
    }
  }
}
