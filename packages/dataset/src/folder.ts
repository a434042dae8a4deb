import { createHash } from 'node:crypto'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Doc } from '@tenfold/contracts'
import { mapAhead } from './ahead.ts'
import { docOf, fileKinds, readDoc } from './file.ts'
import { parseRecord } from './json.ts'
import { readRecords, Tally } from './lines.ts'
import { readQuestions } from './questions.ts'
import type { Source, Warn } from './source.ts'
import { walkFiles } from './walk.ts'

const recordKind = '.jsonl'
const questionFile = 'questions.jsonl'

/** Documents from the files below `root` (a real path) and questions from `questionsPath`, if that exists. */
export function folderSource(root: string, name: string, questionsPath = join(root, questionFile)): Source {
  return {
    name,
    async *read(concurrency, warn) {
      const files = await walkFiles(root, new Set([...fileKinds, recordKind]), warn)
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
  const reads = mapAhead(paths, concurrency, async (path) =>
    path.toLowerCase().endsWith(recordKind) ? { records: path } : { doc: await readDoc(root, path, warn) },
  )
  for await (const read of reads) {
    if ('records' in read) yield* readRecordFile(root, read.records, warn)
    else if (read.doc) yield read.doc
  }
}

/** One document for each line; its id is the path, `#`, and the record's own id or else its line number. */
async function* readRecordFile(root: string, path: string, warn: Warn): AsyncGenerator<Doc> {
  const empty = new Tally()
  let lines = 0
  for await (const { number, record } of readRecords({ path: join(root, path), name: path }, warn)) {
    lines++
    const own = [record._id, record.id].find((id) => typeof id === 'string' || typeof id === 'number')
    const parsed = parseRecord(record)
    if (parsed.text === '') empty.add('no text, skipped', number)
    else yield docOf(path, parsed, `${path}#${own ?? number}`)
  }
  empty.report(path, warn)
  if (lines === 0) warn(path, 'no JSON object in it, skipped')
}

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
