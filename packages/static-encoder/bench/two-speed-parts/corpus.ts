import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Question } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'
import { openStore, type SqliteStore } from '@tenfold/store-sqlite'
import type { StaticEncoder } from '../../src/index.ts'

/** A corpus in a store of its own, in its first state: one chunk for each document, as benchmarks of retrieval have it. */
export interface Corpus {
  name: string
  store: SqliteStore
  /** By row of the store: the document of a chunk, and what is embedded of it. */
  ids: string[]
  texts: string[]
  questions: Question[]
  /** What a document is judged as: cppdocs has passages, judged as pages. */
  judgedAs(id: string): string
  close(): void
}

export async function openCorpus(folder: string, first: StaticEncoder): Promise<Corpus> {
  const dataset = await openDataset({ kind: 'path', path: folder })
  const workspace = mkdtempSync(path.join(tmpdir(), 'tenfold-two-speed-'))
  const store = openStore({
    path: path.join(workspace, 'index.db'),
    identity: { modelSha256: 'bench', dims: 384, chunker: 'whole documents' },
    mmapMib: 0,
    cacheKib: 64000,
    analyze: 'none',
    statementReuse: true,
    collectionIndex: false,
    ftsOrder: 'rank',
    ftsPostingsMib: 64,
    ftsMaxDocShare: 1,
    vectorScan: { representation: 'f32', rescore: 40 },
  })
  const ids: string[] = []
  const texts: string[] = []
  for await (const { id, title, text } of dataset.docs()) {
    const whole = title && title !== text ? `${title}\n${text}` : text
    store.stageDoc({ id, title, collection: '', hash: '' }, [{ text, hash: '', first: first.embed([whole]) }])
    ids.push(id)
    texts.push(whole)
  }
  const passages = dataset.name === 'cppdocs'
  const judgedAs = (id: string) => (passages ? id.split('#')[0]! : id)
  const questions = dataset.questions.map((question) => ({
    ...question,
    relevant: Object.fromEntries(
      Object.entries(question.relevant).map(([id, grade]) => [judgedAs(id), passages ? 1 : grade]),
    ),
  }))
  return {
    name: dataset.name,
    store,
    ids,
    texts,
    questions,
    judgedAs,
    close() {
      store.close()
      rmSync(workspace, { recursive: true, force: true })
    },
  }
}
