import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Question } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'
import { type Encoder, openEncoder } from '@tenfold/encoder'
import { openStore, type StoreOptions } from '../../src/index.ts'

const root = path.resolve(import.meta.dirname, '../../../../..')
const data = process.env.TENFOLD_BENCH_DATA ?? path.join(root, '..', 'shared', 'data')
const scratch = path.join(root, '.tenfold/bench/lexical')
const dims = 384

/** A corpus with one chunk for each of its documents, as benchmarks of retrieval have it, and the vectors of both sides. */
export interface Corpus {
  name: string
  /** The file that holds it. */
  path: string
  questions: Question[]
  /** Of the questions, in their order; absent where none were asked for. */
  queries: Float32Array[]
  /** What a document is judged as: cppdocs has passages, judged as pages. */
  judgedAs(docId: string): string
  close(): void
}

/** Undefined where the data is not here. Without `embedded` every vector is the same one, for what only asks words. */
export async function openCorpus(name: string, embedded: boolean): Promise<Corpus | undefined> {
  const folder = path.join(data, name)
  if (!existsSync(folder)) return undefined
  const dataset = await openDataset({ kind: 'path', path: folder })
  const docs: { id: string; title: string; text: string }[] = []
  for await (const doc of dataset.docs()) docs.push(doc)
  const passages = name === 'cppdocs'
  const judgedAs = (id: string) => (passages ? id.split('#')[0]! : id)
  const questions = dataset.questions.map((question) => ({
    ...question,
    relevant: Object.fromEntries(
      Object.entries(question.relevant).map(([id, grade]) => [judgedAs(id), passages ? 1 : grade]),
    ),
  }))
  const wholes = docs.map(({ title, text }) => (title && title !== text ? `${title}\n${text}` : text))
  const asked = questions.map(({ text }) => text)
  const slab = embedded ? await kept(`${name}-${dataset.hash.slice(0, 12)}`, [...wholes, ...asked]) : undefined
  const vector = (row: number) => slab?.slice(row * dims, (row + 1) * dims) ?? new Float32Array(dims).fill(dims ** -0.5)

  const workspace = mkdtempSync(path.join(tmpdir(), 'tenfold-lexical-'))
  const file = path.join(workspace, 'index.db')
  const store = openStore(optionsOf(file))
  for (let at = 0; at < docs.length; at += 500)
    store.upsertDocs(
      docs.slice(at, at + 500).map(({ id, title, text }, i) => ({
        // a share of 10, 1 and 0.1 % of documents each
        doc: { id, title, collection: '', hash: '', metadata: sharesOf(at + i) },
        chunks: [{ text, hash: id, vector: vector(at + i) }],
      })),
    )
  store.close()
  return {
    name,
    path: file,
    questions,
    queries: embedded ? questions.map((_, i) => vector(docs.length + i)) : [],
    judgedAs,
    close: () => rmSync(workspace, { recursive: true, force: true }),
  }
}

const sharesOf = (i: number) => ({ tenth: i % 10 === 3, hundredth: i % 100 === 13, thousandth: i % 1000 === 113 })

export const optionsOf = (file: string, change: Partial<StoreOptions> = {}): StoreOptions => ({
  path: file,
  identity: { modelSha256: 'bench', dims, chunker: 'whole documents' },
  mmapMib: 0,
  cacheKib: 64000,
  analyze: 'none',
  statementReuse: true,
  collectionIndex: false,
  ftsOrder: 'rank',
  ftsPostingsMib: 64,
  ftsMaxDocShare: 1,
  vectorScan: { representation: 'f32', rescore: 40 },
  ...change,
})

/** Vectors of texts, row-major, made once for each corpus and model and kept in a file. */
async function kept(name: string, texts: string[]): Promise<Float32Array> {
  const encoder = await openEncoder({
    graph: 'unmasked',
    precision: 'int8',
    threads: 1,
    workers: 2,
    arena: true,
    weights: 'mmap',
    device: 'cpu',
    batch: { maxTexts: 64, tokenBudget: 512 },
  })
  try {
    const file = path.join(scratch, `${name}-${encoder.modelSha256.slice(0, 12)}-int8.f32`)
    if (existsSync(file)) return new Float32Array(new Uint8Array(readFileSync(file)).buffer)
    const slab = await embed(encoder, texts, name)
    mkdirSync(scratch, { recursive: true })
    writeFileSync(`${file}.tmp`, slab)
    renameSync(`${file}.tmp`, file)
    return slab
  } finally {
    await encoder.close()
  }
}

async function embed(encoder: Encoder, texts: string[], name: string): Promise<Float32Array> {
  const slab = new Float32Array(texts.length * dims)
  for (let at = 0; at < texts.length; at += 500) {
    slab.set(await encoder.embed(texts.slice(at, at + 500)), at * dims)
    process.stderr.write(`${name}: embedded ${Math.min(at + 500, texts.length)} of ${texts.length}\n`)
  }
  return slab
}
