import type { Store } from '../store.ts'
import { hold, refused, type StoreLaw, same } from './bench.ts'
import { chunkRow, corpus, dims, docRow, randomUnit } from './corpus.ts'

const all = 1000
const textsOf = async (store: Store, chunkIds: number[]) => (await store.hydrate(chunkIds)).map(({ text }) => text)
const allTexts = async (store: Store) =>
  (await textsOf(store, (await store.exactSearch(randomUnit(1), all)).chunkIds)).sort()

async function pets(store: Store): Promise<void> {
  await store.upsertDocs([
    { doc: docRow('a', { collection: 'pets' }), chunks: [chunkRow('the cat sleeps'), chunkRow('the dog barks')] },
    { doc: docRow('b'), chunks: [chunkRow('a hammer')] },
  ])
  await store.refresh()
}

/** Letters whose order by code units, code points and language differ; and what ends a string or a path elsewhere. */
const oddIds = [
  'Z',
  'a',
  'é',
  'ä b',
  '\u{1f600}',
  '\uffee',
  '10',
  '9',
  `it's "quoted"; DROP`,
  'x/../y?z#%',
  'l'.repeat(400),
]

const oddTexts = [
  'a quote \' and another " and \\ one',
  'line\nbreak\ttab',
  '\u{1f408} ünïcödé',
  'nul\0inside',
  '{"json": [1]}',
  '<b>& %s $x $1 ?',
  'word '.repeat(5000).trim(),
]

export const documentLaws: StoreLaw[] = [
  {
    name: 'an empty store answers everything',
    async check(bench) {
      const store = await bench.open()
      await store.refresh()
      same(await store.chunkCount(), 0, 'chunks')
      same(await store.docIds(), [], 'documents')
      same(await store.vectorSearch(randomUnit(1), 5), { chunkIds: [], scores: [] }, 'vector search')
      same(await store.exactSearch(randomUnit(1), 5), { chunkIds: [], scores: [] }, 'exact search')
      same(await store.lexicalSearch('cat', 5), { chunkIds: [], scores: [] }, 'lexical search')
      same(await store.hydrate([1, 2 ** 53 - 1]), [], 'texts')
      same((await store.sampleVectors(5)).chunkIds, [], 'sample')
      same((await store.vectorsByHash(['x'])).size, 0, 'vectors by hash')
      same(await store.docHash('a'), undefined, 'hash')
      same(await store.removeDoc('a'), false, 'removed')
      await store.upsertDocs([])
    },
  },
  {
    name: 'a document is replaced with all its chunks, and removed with them',
    async check(bench) {
      const store = await bench.open()
      await pets(store)
      same(await allTexts(store), ['a hammer', 'the cat sleeps', 'the dog barks'], 'texts')
      same(await store.docHash('a'), 'doc a', 'hash')
      await store.upsertDocs([
        { doc: docRow('a', { title: 'New', hash: 'h2', collection: 'birds' }), chunks: [chunkRow('a bird sings')] },
      ])
      await store.refresh()
      same(await store.docHash('a'), 'h2', 'hash')
      same(await allTexts(store), ['a bird sings', 'a hammer'], 'texts')
      same(await store.chunkCount(), 2, 'chunks')
      same((await store.lexicalSearch('cat dog', 5)).chunkIds, [], 'words of what was replaced')
      same((await store.vectorSearch(randomUnit(1), 5, { collection: 'pets' })).chunkIds, [], 'the old collection')
      const [bird] = await store.hydrate((await store.lexicalSearch('new', 5, { collection: 'birds' })).chunkIds)
      same([bird?.docId, bird?.title, bird?.text], ['a', 'New', 'a bird sings'], 'found by its title')
      same(await store.removeDoc('a'), true, 'removed')
      await store.refresh()
      same([await store.removeDoc('a'), await store.docHash('a')], [false, undefined], 'once removed')
      same(await store.docIds(), ['b'], 'documents')
      same(await allTexts(store), ['a hammer'], 'texts')
      same((await store.lexicalSearch('bird', 5)).chunkIds, [], 'words of what is gone')
    },
  },
  {
    name: 'a document without chunks is there, and the last one of an id in a batch counts',
    async check(bench) {
      const store = await bench.open()
      await store.upsertDocs([
        { doc: docRow('empty'), chunks: [] },
        { doc: docRow('twice', { hash: 'one' }), chunks: [chunkRow('first'), chunkRow('more')] },
        { doc: docRow('twice', { hash: 'two' }), chunks: [chunkRow('second')] },
      ])
      await store.refresh()
      same(await store.docIds(), ['empty', 'twice'], 'documents')
      same(await store.docHash('empty'), 'doc empty', 'hash')
      same(await store.docHash('twice'), 'two', 'hash')
      same(await allTexts(store), ['second'], 'texts')
    },
  },
  {
    name: 'the id of a chunk never comes back for another text',
    async check(bench) {
      const store = await bench.open()
      const seen = new Map<number, string>()
      for (const text of ['one', 'two', 'three', 'one']) {
        await store.upsertDocs([{ doc: docRow('a'), chunks: [chunkRow(text), chunkRow(`${text} more`)] }])
        await store.refresh()
        for (const { chunkId, text: now } of await store.hydrate(
          (await store.exactSearch(randomUnit(1), all)).chunkIds,
        )) {
          hold(Number.isSafeInteger(chunkId) && chunkId >= 0, `chunk id ${chunkId}`)
          hold((seen.get(chunkId) ?? now) === now, `${chunkId} was ${seen.get(chunkId)} and is ${now}`)
          seen.set(chunkId, now)
        }
        if (text === 'two') await store.removeDoc('a')
      }
      for (const { chunkId, text } of await store.hydrate([...seen.keys()]))
        same(text, seen.get(chunkId), `chunk ${chunkId}`)
    },
  },
  {
    name: 'document ids are any text, in the order of their code units',
    async check(bench) {
      const store = await bench.open()
      await store.upsertDocs(oddIds.map((id) => ({ doc: docRow(id), chunks: [chunkRow(`text of ${id}`)] })))
      await store.refresh()
      same(await store.docIds(), [...oddIds].sort(), 'documents')
      for (const id of oddIds) same(await store.docHash(id), `doc ${id}`, 'hash')
      for (const id of oddIds) same(await store.removeDoc(id), true, `removal of ${id}`)
      same(await store.docIds(), [], 'documents')
    },
  },
  {
    name: 'texts come back as they are; a NUL may be left out or replaced',
    async check(bench) {
      const store = await bench.open()
      await store.upsertDocs([
        { doc: docRow('odd', { title: oddTexts[0]! }), chunks: oddTexts.map((text) => chunkRow(text)) },
      ])
      await store.refresh()
      const plain = (text: string) => text.replace(/[\0\ufffd\s]/g, '')
      same((await allTexts(store)).map(plain).sort(), oddTexts.map(plain).sort(), 'texts')
      const [{ title } = { title: '' }] = await store.hydrate((await store.exactSearch(randomUnit(1), 1)).chunkIds)
      same(title, oddTexts[0], 'title')
    },
  },
  {
    name: 'a malformed vector is refused before anything is written',
    async check(bench) {
      const store = await bench.open()
      await pets(store)
      const malformed = [
        new Float32Array(dims - 1),
        new Float32Array(0),
        randomUnit(1).map((value, i) => (i === 3 ? Number.NaN : value)),
        randomUnit(1).map((value, i) => (i === 0 ? Number.POSITIVE_INFINITY : value)),
      ]
      for (const vector of malformed) {
        await refused('DATA_UNREADABLE', () =>
          store.upsertDocs([
            { doc: docRow('c'), chunks: [chunkRow('fine')] },
            { doc: docRow('a', { hash: 'h2' }), chunks: [chunkRow('good'), chunkRow('bad', vector)] },
          ]),
        )
        await refused('DATA_UNREADABLE', () => store.vectorSearch(vector, 3))
        await refused('DATA_UNREADABLE', () => store.exactSearch(vector, 3))
      }
      await store.refresh()
      same(await store.docIds(), ['a', 'b'], 'documents')
      same(await store.docHash('a'), 'doc a', 'hash')
      same((await allTexts(store)).length, 3, 'chunks')
    },
  },
  {
    name: 'vectors are found by the hash of a text and sampled, as they were written',
    async check(bench) {
      const store = await bench.filled()
      const chunks = corpus.flatMap((each) => each.chunks)
      const close = (actual: Float32Array | undefined, expected: Float32Array) =>
        actual?.length === dims && actual.every((value, i) => Math.abs(value - expected[i]!) < 1e-6)
      const wanted = chunks.filter((_, i) => i % 80 === 0)
      const found = await store.vectorsByHash([...wanted.map(({ hash }) => hash), 'nobody'])
      same([...found.keys()].sort(), wanted.map(({ hash }) => hash).sort(), 'hashes')
      for (const { hash, vector } of wanted) hold(close(found.get(hash), vector), `vector of ${hash}`)
      for (const limit of [chunks.length + 1, 7]) {
        const { chunkIds, vectors } = await store.sampleVectors(limit)
        hold(
          chunkIds.length <= limit && chunkIds.length >= Math.min(chunks.length, 4),
          `${chunkIds.length} of ${limit}`,
        )
        hold(limit < chunks.length || chunkIds.length === chunks.length, `${chunkIds.length} are not all`)
        hold(
          chunkIds.every((id, i) => i === 0 || id > chunkIds[i - 1]!),
          `not ascending: ${chunkIds}`,
        )
        const texts = await textsOf(store, chunkIds)
        for (const [row, text] of texts.slice(0, 50).entries()) {
          const { vector } = chunks.find((each) => each.text === text)!
          hold(close(vectors.subarray(row * dims, (row + 1) * dims), vector), `sampled vector of ${text}`)
        }
        same(vectors.length, chunkIds.length * dims, 'values')
      }
    },
  },
  {
    name: 'readers beside a writer meet whole documents',
    needs: 'wholeReads',
    async check(bench) {
      const store = await bench.open()
      const write = (round: number) =>
        store.upsertDocs(
          ['a', 'b', 'c'].map((id) => ({
            doc: docRow(id, { hash: `${round}` }),
            chunks: [0, 1, 2].map((part) => chunkRow(`${id} round${round} part${part}`, randomUnit(round * 3 + part))),
          })),
        )
      await write(0)
      await store.refresh()
      let writing = true
      const reading = async () => {
        do {
          const { chunkIds } = await store.exactSearch(randomUnit(5), all)
          hold(chunkIds.length === 9, `${chunkIds.length} chunks of 3 documents with 3 each`)
          const known = await store.hydrate(chunkIds)
          const rounds = new Set(known.filter(({ docId }) => docId === 'a').map(({ text }) => text.split(' ')[1]))
          hold(rounds.size <= 1, `rounds ${[...rounds]} of one document at once`)
        } while (writing)
      }
      const readers = Promise.all([reading(), reading()])
      for (let round = 1; round <= 10; round++) {
        await write(round)
        await store.refresh()
        await Promise.race([readers, Promise.resolve()])
      }
      writing = false
      await readers
      same((await allTexts(store))[0], 'a round10 part0', 'the last round')
    },
  },
]
