import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Doc, parseConfig, type Question } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'
import type { StaticEncoder } from '@tenfold/static-encoder'
import { beforeAll, describe, expect, it } from 'vitest'
import { ingest } from '../src/ingest.ts'
import { ingestInTwoSpeeds } from '../src/two-speed.ts'
import { contents, folder, pages, pagesFolder, recordingEncoder, storeIn, stream } from './fixture.ts'

let corpus: Doc[]
beforeAll(async () => {
  corpus = await pages(12)
})

const config = parseConfig({ 'speed.firstVectors': 'static' })

/** Vectors of words: a text is near another one with the same rare letters. */
const letters = (space = 'letters'): StaticEncoder => ({
  dims: 26,
  space,
  embed(texts) {
    const slab = new Float32Array(texts.length * 26)
    for (const [row, text] of texts.entries()) {
      for (const letter of text.toLowerCase().match(/[a-z]/g) ?? []) slab[row * 26 + letter.charCodeAt(0) - 97]! += 1
    }
    return slab
  },
  countTokens: recordingEncoder([]).countTokens,
  close() {},
})

interface Change {
  embedded?: string[]
  questions?: Question[]
  docs?: readonly Doc[]
  /** Fails before the n-th call of the encoder. */
  failAt?: number
}

async function take(workspace: string, { embedded = [], questions = [], docs = corpus, failAt = 99 }: Change = {}) {
  const store = storeIn(config, workspace)
  const told: number[] = []
  const encoder = recordingEncoder(embedded)
  let calls = 0
  const failing: typeof encoder = {
    ...encoder,
    embed: (texts, options) =>
      ++calls === failAt ? Promise.reject(new Error('no power')) : encoder.embed(texts, options),
  }
  try {
    const stats = await ingestInTwoSpeeds(stream(docs), {
      encoder: failing,
      first: letters(),
      store,
      config,
      replace: true,
      progress: () => {},
      questions,
      searchable: ({ pending }) => told.push(pending),
    })
    return { stats, told }
  } finally {
    store.close()
  }
}

/** What the ordinary ingest makes of the same documents. */
async function ordinary(docs: readonly Doc[] = corpus) {
  const workspace = folder()
  const store = storeIn(config, workspace)
  await ingest(stream(docs), { encoder: recordingEncoder([]), store, config, replace: true, progress: () => {} })
  store.close()
  return contents(config, workspace)
}

describe('ingest in two speeds', () => {
  it('ends with the very index of the ordinary ingest', async () => {
    const workspace = folder()
    const embedded: string[] = []
    const { stats, told } = await take(workspace, { embedded })
    expect(contents(config, workspace)).toEqual(await ordinary())
    expect(stats).toMatchObject({ docs: 12, chunks: embedded.length, embedded: embedded.length, unchanged: 0 })
    expect(told).toEqual([embedded.length, 0])
    expect(stats.first).toMatchObject({ kind: 'known items' })
    expect(stats.searchableMs).toBeLessThanOrEqual(stats.wallMs)
  })

  it('is searchable before the encoder has run, and goes on with what is missing after it failed', async () => {
    const workspace = folder()
    await expect(take(workspace, { failAt: 1 })).rejects.toThrow('no power')
    const store = storeIn(config, workspace)
    expect(store.isStaged()).toBe(true)
    expect(store.pendingCount()).toBe(store.chunkCount())
    const [best] = store.hydrate(store.lexicalSearch(corpus[0]!.title, 1).chunkIds)
    expect(best!.docId).toBe(corpus[0]!.id)
    store.close()
    const embedded: string[] = []
    const { stats } = await take(workspace, { embedded })
    expect(stats).toMatchObject({ unchanged: 12, chunks: 0, embedded: embedded.length })
    expect(contents(config, workspace)).toEqual(await ordinary())
  })

  it('takes changes and removals while vectors are still to come', async () => {
    const workspace = folder()
    await expect(take(workspace, { failAt: 1 })).rejects.toThrow('no power')
    const docs = corpus.slice(2).map((doc, i) => (i === 0 ? { ...doc, text: `${doc.text}\n\nOne more line.` } : doc))
    const { stats } = await take(workspace, { docs })
    expect(stats).toMatchObject({ docs: 10, unchanged: 9, removed: 2 })
    expect(contents(config, workspace)).toEqual(await ordinary(docs))
  })

  it('first vectors are used only where judged questions show that they help', async () => {
    // words that are in no document, so that BM25 finds nothing, and letters that are in one alone
    const docs = ['zzzz yyyy xxxx', 'qqqq wwww vvvv', 'jjjj kkkk uuuu'].flatMap((text, kind) =>
      Array.from({ length: 4 }, (_, i) => ({
        id: `${kind}-${i}`,
        title: '',
        collection: '',
        text: `${text} ${'abc'[i % 3]}`,
      })),
    )
    const ask = (text: string, kind: number): Question => ({
      id: text,
      text,
      relevant: Object.fromEntries([0, 1, 2, 3].map((i) => [`${kind}-${i}`, 1])),
      accept: [],
      group: text,
      split: 'tune',
    })
    const helped = [ask('zyx', 0), ask('qwv', 1), ask('jku', 2), ask('zzyx', 0), ask('qqwv', 1)]
    helped.push({ ...ask('nobody knows', 0), relevant: {} })
    const { stats } = await take(folder(), { docs, questions: helped })
    expect(stats.first).toMatchObject({ by: 'words and first vectors', kind: 'judged', questions: 5, wordsNdcg: 0 })
    const same = [ask('zzzz', 0), ask('qqqq', 1), ask('kkkk', 2)]
    const { stats: other } = await take(folder(), { docs, questions: same })
    expect(other.first).toMatchObject({ by: 'words', wordsNdcg: 1 })
  })
})

describe('kill -9 between the two speeds', () => {
  it('leaves everything searchable, and the next ingest makes only the vectors that were missing', async () => {
    const workspace = folder()
    const script = join(import.meta.dirname, 'killed-two-speed.mjs')
    const path = join(pagesFolder, '../07-reference')
    const child = spawn(process.execPath, [script, workspace, path], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines: string[] = []
    for await (const line of createInterface(child.stdout)) {
      lines.push(line)
      if (lines.length === 2) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    expect(child.signalCode).toBe('SIGKILL')
    const [all, left] = lines.map(Number) as [number, number]
    expect(left).toBeGreaterThan(0)

    const store = storeIn(config, workspace)
    expect([store.chunkCount(), store.pendingCount(), store.isStaged()]).toEqual([all, left, true])
    expect(store.firstSearch(new Float32Array(26).fill(1), all + 1).chunkIds).toHaveLength(all)
    store.close()
    const docs: Doc[] = []
    for await (const doc of (await openDataset({ kind: 'path', path })).docs()) docs.push(doc)
    const embedded: string[] = []
    const { stats } = await take(workspace, { embedded, docs })
    expect(stats).toMatchObject({ docs: docs.length, unchanged: docs.length, embedded: left })
    expect(embedded).toHaveLength(left)
    expect(contents(config, workspace)).toEqual(await ordinary(docs))
  })
})
