import { type Doc, type Patch, parseConfig } from '@tenfold/contracts'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ingest } from '../src/ingest.ts'
import { contents, folder, pages, recordingEncoder, storeIn, stream } from './fixture.ts'

let corpus: Doc[]
beforeAll(async () => {
  corpus = await pages(12)
})

const embedded: string[] = []
afterEach(() => void embedded.splice(0))

/** One ingest through a store opened for it; what was embedded is in `embedded`. */
async function take(
  docs: readonly Doc[],
  workspace: string,
  { replace = false, ...patch }: Patch & { replace?: boolean } = {},
) {
  embedded.splice(0)
  const config = parseConfig(patch)
  const store = storeIn(config, workspace)
  const seen: number[] = []
  try {
    const encoder = recordingEncoder(embedded)
    const progress = (done: number) => void seen.push(done)
    const stats = await ingest(stream(docs), { encoder, store, config, replace, progress })
    return { stats, seen, chunks: store.chunkCount() }
  } finally {
    store.close()
  }
}

const changed = (doc: Doc, change: Partial<Doc>): Doc[] =>
  corpus.map((each) => (each === doc ? { ...doc, ...change } : each))

describe('ingest', () => {
  it('counts what it stored', async () => {
    const { stats, chunks } = await take(corpus, folder())
    expect(stats).toMatchObject({ docs: 12, chunks, embedded: chunks, unchanged: 0, removed: 0 })
    expect(embedded).toHaveLength(chunks)
    expect(chunks).toBeGreaterThan(12)
  })

  it('does not embed unchanged documents again', async () => {
    const workspace = folder()
    const { chunks } = await take(corpus, workspace)
    const again = await take(corpus, workspace)
    expect(embedded).toEqual([])
    expect(again.stats).toMatchObject({ docs: 12, chunks: 0, embedded: 0, unchanged: 12 })
    expect(again.chunks).toBe(chunks)
  })

  it('embeds only the chunk that changed', async () => {
    const workspace = folder()
    await take(corpus, workspace)
    const before = contents(parseConfig({}), workspace)
    const longest = corpus.reduce((a, b) => (a.text.length > b.text.length ? a : b))
    const { stats } = await take(changed(longest, { text: `${longest.text}\n\nAn added last sentence.` }), workspace)
    expect(stats.unchanged).toBe(11)
    expect(stats.chunks).toBeGreaterThan(1)
    expect(embedded).toHaveLength(1)
    expect(embedded[0]).toContain('An added last sentence.')
    const after = contents(parseConfig({}), workspace)
    const at = after.findIndex(({ id }) => id === longest.id)
    expect(after[at]!.chunks.slice(0, -1)).toEqual(before[at]!.chunks.slice(0, after[at]!.chunks.length - 1))
    expect(after.filter((_, i) => i !== at)).toEqual(before.filter((_, i) => i !== at))
  })

  it('embeds nothing when only the title or the collection changed, and stores the change', async () => {
    const workspace = folder()
    const { chunks } = await take(corpus, workspace)
    const [first] = corpus as [Doc]
    const { stats } = await take(changed(first, { title: 'Another title', collection: 'other' }), workspace)
    expect(embedded).toEqual([])
    expect(stats.unchanged).toBe(11)
    const store = storeIn(parseConfig({}), workspace)
    const [id] = store.collectionChunkIds('other')
    expect(store.hydrate([id!])[0]!.title).toBe('Another title')
    expect(store.chunkCount()).toBe(chunks)
    store.close()
  })

  it('a document may hold the same chunk twice', async () => {
    const workspace = folder()
    const line = `${'same words again '.repeat(70)}.\n\n`
    const doc: Doc = { id: 'twice', title: 't', collection: '', text: line.repeat(2) }
    await take([doc], workspace)
    const { chunks } = contents(parseConfig({}), workspace)[0]!
    const vectorOf = Object.fromEntries(chunks.map(({ hash, vector }) => [hash, vector]))
    expect(new Set(chunks.map(({ hash }) => hash)).size).toBeLessThan(chunks.length)
    for (const { hash, vector } of chunks) expect(vector).toEqual(vectorOf[hash])
  })

  it.each([
    [true, 3],
    [false, 0],
  ])('replace %s removes %i of three documents that did not come again', async (replace, gone) => {
    const workspace = folder()
    await take(corpus, workspace)
    const { stats } = await take(corpus.slice(3), workspace, { replace })
    expect(stats.removed).toBe(gone)
    const ids = contents(parseConfig({}), workspace).map(({ id }) => id)
    expect(ids).toEqual(
      corpus
        .slice(gone)
        .map(({ id }) => id)
        .sort(),
    )
  })

  it('S2-10: the window changes when documents are stored, not what is stored', async () => {
    const whole = folder()
    const windowed = folder()
    const all = await take(corpus, whole, { 'memory.ingestWindow': 0 })
    const few = await take(corpus, windowed, { 'memory.ingestWindow': 5 })
    expect(contents(parseConfig({}), windowed)).toEqual(contents(parseConfig({}), whole))
    expect(few.stats).toEqual({ ...all.stats, wallMs: few.stats.wallMs })
    expect(all.seen).toEqual([12])
    // half a window is stored together, so that the other half can be on its way
    expect(few.seen).toEqual([3, 6, 9, 12])
  })

  it('S2-10: a window of 16 and none at all store the same', async () => {
    const whole = folder()
    const windowed = folder()
    const thirty = await pages(30)
    await take(thirty, whole, { 'memory.ingestWindow': 0 })
    await take(thirty, windowed, { 'memory.ingestWindow': 16 })
    const kept = contents(parseConfig({}), whole)
    expect(kept).toHaveLength(30)
    expect(contents(parseConfig({}), windowed)).toEqual(kept)
  })

  it('a source that fails half way leaves whole documents, and the next ingest completes', async () => {
    const workspace = folder()
    const config = parseConfig({ 'memory.ingestWindow': 4 })
    const store = storeIn(config, workspace)
    const failing = async function* () {
      yield* corpus.slice(0, 9)
      throw new Error('the disk went away')
    }
    const options = { encoder: recordingEncoder([]), store, config, replace: true, progress: () => {} }
    await expect(ingest(failing(), options)).rejects.toThrow('the disk went away')
    store.close()
    expect(contents(config, workspace)).toHaveLength(8)
    const { stats, chunks } = await take(corpus, workspace)
    expect(stats.unchanged).toBe(8)
    expect(chunks).toBe((await take(corpus, folder())).chunks)
  })
})
