import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDataset, stableSplit } from '../src/index.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'beir-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const jsonl = (records: object[]) => records.map((record) => JSON.stringify(record)).join('\n')
const corpus = jsonl([
  { _id: 'd1', title: 'One', text: 'First.' },
  { _id: 'd2', title: 'Title only', text: '' },
  { _id: 'd3', title: '', text: 'First.' },
])
const queries = jsonl([
  { _id: 'q1', text: 'first?', answers: ['First'] },
  { _id: 'q2', text: 'second?' },
  { _id: 'q3', text: 'unjudged?' },
])
const header = 'query-id\tcorpus-id\tscore\n'

async function openFiles(files: Record<string, string | Uint8Array>) {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), content)
  }
  const dataset = await openDataset({ kind: 'path', path: root })
  const docs = []
  for await (const doc of dataset.docs()) docs.push(doc)
  return { dataset, docs }
}

describe('a folder in BEIR form', () => {
  it('reads packed files, with test as check and train as tune', async () => {
    const { dataset, docs } = await openFiles({
      'corpus.jsonl.gz': gzipSync(corpus),
      'queries.jsonl.gz': gzipSync(queries),
      'qrels/test.tsv': `${header}q1\td1\t2\nq1\td2\t0\n`,
      'qrels/train.tsv': `${header}q2\td2\t1\r\n`,
    })
    expect(docs).toEqual([
      { id: 'd1', title: 'One', text: 'First.', collection: '' },
      { id: 'd2', title: 'Title only', text: 'Title only', collection: '' },
      { id: 'd3', title: '', text: 'First.', collection: '' },
    ])
    expect(dataset.questions).toEqual([
      { id: 'q1', text: 'first?', relevant: { d1: 2 }, accept: ['First'], group: 'q1', split: 'check' },
      { id: 'q2', text: 'second?', relevant: { d2: 1 }, accept: [], group: 'q2', split: 'tune' },
    ])
    expect(dataset.warnings).toEqual([])
  })

  it('divides by hash when there is one judgement file, whatever its name', async () => {
    const many = Array.from({ length: 400 }, (_, i) => ({ _id: `q${i}`, text: `question ${i}` }))
    const { dataset } = await openFiles({
      'corpus.jsonl': corpus,
      'queries.jsonl': jsonl(many),
      'qrels-test.tsv': header + many.map(({ _id }) => `${_id}\td1\t1`).join('\n'),
    })
    expect(dataset.questions.every(({ id, split }) => split === stableSplit(id))).toBe(true)
    const tuned = dataset.questions.filter((question) => question.split === 'tune').length
    expect(tuned).toBeGreaterThan(160)
    expect(tuned).toBeLessThan(240)
  })

  it('warns of bad lines, unknown documents and a corpus that breaks off', async () => {
    const packed = gzipSync(`${corpus}\nnope\n${JSON.stringify({ _id: 'd1', text: 'again' })}\n${'#'.repeat(50_000)}`, {
      level: 0,
    })
    const { dataset, docs } = await openFiles({
      'corpus.jsonl.gz': packed.subarray(0, packed.length - 20_000),
      'queries.jsonl': queries,
      'qrels.tsv': `${header}q1\tgone\t1\nq1\td1\t1\nq2\td1\nq2\td2\t0\n`,
    })
    expect(docs.map((doc) => doc.id)).toEqual(['d1', 'd2', 'd3'])
    expect(dataset.questions.map((question) => question.relevant)).toEqual([{ d1: 1 }])
    expect(dataset.warnings.map(({ file, reason }) => `${file}: ${reason}`)).toEqual([
      expect.stringMatching(/^corpus.jsonl.gz: cannot be read to its end: unexpected end of file/),
      'corpus.jsonl.gz: line 4: no JSON object, skipped',
      'corpus.jsonl.gz: line 5: document id used before, skipped',
      'qrels.tsv: line 4: no pair with a grade, skipped',
      'queries.jsonl: line 2: no relevant document judged, skipped',
      'question q1: judged document not in the corpus (gone), judgement left out',
    ])
  })
})
