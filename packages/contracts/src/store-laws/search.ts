import type { Filter, Hits, Store } from '../store.ts'
import { hold, type StoreBench, type StoreLaw, same } from './bench.ts'
import {
  chunkRow,
  collectionFilters,
  corpus,
  docRow,
  metadataFilters,
  nearest,
  randomUnit,
  type Truth,
} from './corpus.ts'

const queries = Array.from({ length: 12 }, (_, i) => randomUnit(50 + i))
/** Easy data: a graph search at usual settings that finds less is broken, not tuned. */
const leastRecall = 0.9
const chunks = corpus.reduce((sum, each) => sum + each.chunks.length, 0)

function wellFormed({ chunkIds, scores }: Hits, expected: number, what: string): void {
  same(chunkIds.length, expected, `hits of ${what}`)
  same(scores.length, expected, `scores of ${what}`)
  same(new Set(chunkIds).size, expected, `different hits of ${what}`)
  hold(
    scores.every((score, i) => i === 0 || score <= scores[i - 1]!),
    `not best first for ${what}: ${scores}`,
  )
}

const textsOf = async (store: Store, { chunkIds }: Hits) => (await store.hydrate(chunkIds)).map(({ text }) => text)

/** Of two that differ by less than f32 can tell, either may come first. */
async function checkExact(store: Store, exact: Hits, truth: Truth[], k: number, what: string): Promise<void> {
  const expected = truth.slice(0, k)
  wellFormed(exact, expected.length, `exact search, ${what}`)
  const texts = await textsOf(store, exact)
  same(new Set(texts).size, expected.length, `different texts, ${what}`)
  const scoreOf = new Map(truth.map(({ text, score }) => [text, score]))
  for (const [at, { text, score }] of expected.entries()) {
    const own = scoreOf.get(texts[at]!) ?? Number.NaN
    hold(Math.abs(own - score) < 1e-5, `exact search: ${texts[at]} instead of ${text}, ${what}`)
    hold(Math.abs(exact.scores[at]! - score) < 1e-4, `score ${exact.scores[at]} instead of ${score}, ${what}`)
  }
}

interface Checked {
  ks?: number[]
  exactToo?: boolean
  least?: number | undefined
}

/** min(k, matches) chunks that match, nearest first: exact as brute force (where asked for), the other as good as claimed. */
export async function checkFilters(
  store: Store,
  filters: readonly (Filter | undefined)[],
  { ks = [1, 10, chunks + 10], exactToo = true, least = leastRecall }: Checked = {},
): Promise<void> {
  let found = 0
  let wanted = 0
  for (const [i, filter] of filters.entries()) {
    const query = queries[i % queries.length]!
    const truth = nearest(query, filter)
    for (const k of ks) {
      const what = `k ${k} with ${JSON.stringify(filter)}`
      const expected = truth.slice(0, k)
      if (exactToo) await checkExact(store, await store.exactSearch(query, k, filter), truth, k, what)
      const near = await store.vectorSearch(query, k, filter)
      wellFormed(near, expected.length, `vector search, ${what}`)
      const matching = new Set(truth.map(({ text }) => text))
      const texts = await textsOf(store, near)
      for (const text of texts) hold(matching.has(text), `${text} does not match, ${what}`)
      wanted += expected.length
      found += expected.filter(({ text }) => texts.includes(text)).length
    }
  }
  hold(found >= least * wanted, `vector search found ${found} of the ${wanted} nearest`)
}

const lexicalTexts = async (bench: StoreBench, text: string, filter?: Filter) => {
  const store = await bench.filled()
  const hits = await store.lexicalSearch(text, 1000, filter)
  wellFormed(hits, hits.chunkIds.length, JSON.stringify(text.slice(0, 50)))
  return textsOf(store, hits)
}

const hostile = [
  ...['"', "'", '\\', '`', ';', '--', '(', ')', '*', '%', '_', '&', '|', '!', ':', '<->', '^', '~', '@@', '{', '['],
  ...['a AND', 'OR', 'NOT', 'NEAR(', 'title:amber', 'amb*', '^amber', '+amber -birch', `'; DROP TABLE docs; --`],
  ...[
    'amber & | birch',
    '!amber',
    "'amber",
    'amber:*',
    '@text:(x)',
    '{!x}',
    '/re(/',
    '\0',
    'a\0b',
    '\ud800',
    '🐈',
    ' ',
  ],
  'x'.repeat(5000),
]

export const searchLaws: StoreLaw[] = [
  {
    name: 'min(k, matches) whatever a collection leaves; exact search is brute force, vector search nearly so',
    check: async (bench) => checkFilters(await bench.filled(), collectionFilters, { least: bench.leastRecall }),
  },
  {
    name: 'min(k, matches) whatever conditions on metadata leave',
    needs: 'metadataFilters',
    check: async (bench) => checkFilters(await bench.filled(), metadataFilters, { least: bench.leastRecall }),
  },
  {
    name: 'words under a filter: all matches and nothing else',
    needs: 'metadataFilters',
    async check(bench) {
      for (const filter of metadataFilters.slice(0, 8)) {
        const expected = nearest(queries[0]!, filter).filter(({ text }) => /\bamber\b/.test(text))
        same((await lexicalTexts(bench, 'amber', filter)).sort(), expected.map(({ text }) => text).sort(), 'texts')
      }
    },
  },
  {
    name: 'recall of the nearest ten',
    async check(bench) {
      const store = await bench.filled()
      let found = 0
      for (const query of queries) {
        const exact = await store.exactSearch(query, 10)
        const near = new Set((await store.vectorSearch(query, 10)).chunkIds)
        found += exact.chunkIds.filter((id) => near.has(id)).length
      }
      const least = bench.leastRecall ?? leastRecall
      hold(found >= least * 10 * queries.length, `found ${found} of ${10 * queries.length}`)
    },
  },
  {
    name: 'equal scores: each chunk once, the same answer twice, and no room for worse ones',
    async check(bench) {
      const store = await bench.open()
      const [near, far] = [randomUnit(1), randomUnit(2)]
      await store.upsertDocs(
        Array.from({ length: 30 }, (_, i) => ({
          doc: docRow(`d${i}`),
          chunks: [chunkRow(`tie ${i}`, i < 20 ? near : far)],
        })),
      )
      await store.refresh()
      for (const search of [store.vectorSearch, store.exactSearch]) {
        const first = await search.call(store, near, 20)
        wellFormed(first, 20, 'ties')
        hold(first.scores[0]! - first.scores[19]! < 1e-3, `a worse one among ties: ${first.scores}`)
        same(await search.call(store, near, 20), first, 'the same search again')
        wellFormed(await search.call(store, near, 7), 7, 'some of the ties')
      }
    },
  },
  {
    name: 'both lists asked for at once are those of two calls, where a store offers that',
    async check(bench) {
      const store = await bench.filled()
      if (!store.searchBoth) return
      const filters = [
        undefined,
        collectionFilters[1],
        ...(bench.provider.abilities.metadataFilters ? metadataFilters.slice(0, 4) : []),
      ]
      for (const [i, filter] of filters.entries()) {
        for (const k of [0, 1, 10, chunks + 10]) {
          for (const text of ['amber', 'Where is number17 and part1 of it?', '', '"title:(', 'qwertz']) {
            const query = queries[i % queries.length]!
            const both = await store.searchBoth(query, text, k, filter)
            const what = `of ${JSON.stringify(text)}, k ${k} with ${JSON.stringify(filter)}`
            same(both.near, await store.vectorSearch(query, k, filter), `vector search ${what}`)
            same(both.worded, await store.lexicalSearch(text, k, filter), `words ${what}`)
          }
        }
      }
    },
  },
  {
    name: 'k of 0 gives nothing',
    async check(bench) {
      const store = await bench.filled()
      const none: Hits = { chunkIds: [], scores: [] }
      same(await store.vectorSearch(queries[0]!, 0), none, 'vector search')
      same(await store.exactSearch(queries[0]!, 0), none, 'exact search')
      same(await store.lexicalSearch('amber', 0), none, 'lexical search')
    },
  },
  {
    name: 'any word matches, in text and title, and more of them rank higher',
    async check(bench) {
      const texts = await lexicalTexts(bench, 'Where is number17 and part1 of it?')
      same(texts[0], corpus[17]!.chunks[1]!.text, 'the best')
      hold(texts.includes(corpus[17]!.chunks[0]!.text), `one of the words is not enough: ${texts.slice(0, 5)}`)
      const [one] = corpus
      const store = await bench.filled()
      wellFormed(await store.lexicalSearch('title', 7), 7, 'a word of all titles')
      same(await lexicalTexts(bench, 'number17', { collection: 'nobody' }), [], 'in no collection')
      const inOwn = await lexicalTexts(bench, 'number0', { collection: one!.doc.collection })
      same(inOwn.sort(), one!.chunks.map(({ text }) => text).sort(), 'in its collection')
    },
  },
  {
    name: 'no text is a syntax error, and none finds what has none of its words',
    async check(bench) {
      const store = await bench.filled()
      for (const text of ['', ' ', '...', '\0', '""', '()', '*', '🐈', 'qwertz']) {
        same((await store.lexicalSearch(text, 5)).chunkIds, [], `hits for ${JSON.stringify(text)}`)
      }
      for (const text of hostile) await lexicalTexts(bench, text)
      const long = `number17 ${Array.from({ length: 5000 }, (_, i) => `word${i}`).join(' ')}`
      same((await lexicalTexts(bench, long)).sort(), corpus[17]!.chunks.map(({ text }) => text).sort(), 'a long text')
      const quoted = await lexicalTexts(bench, `"number17" OR title:part9 AND (`)
      hold(quoted.includes(corpus[17]!.chunks[0]!.text), 'a word in quotes is not found')
    },
  },
  {
    name: 'texts come in the order asked, and ids that are gone are left out',
    async check(bench) {
      const store = await bench.filled()
      const { chunkIds } = await store.exactSearch(queries[0]!, 30)
      const mixed = [...chunkIds.slice(20), 2 ** 53 - 1, ...chunkIds.slice(0, 10).reverse()]
      const rows = await store.hydrate(mixed)
      same(
        rows.map(({ chunkId }) => chunkId),
        mixed.filter((id) => id !== 2 ** 53 - 1),
        'ids',
      )
      for (const { docId, text, title } of rows) {
        const own = corpus.find(({ doc }) => doc.id === docId)
        hold(own?.doc.title === title && own.chunks.some((chunk) => chunk.text === text), `${text} of ${docId}`)
      }
      same(await store.hydrate([]), [], 'nothing asked')
    },
  },
  {
    name: 'many searches at once answer like one after another',
    async check(bench) {
      const store = await bench.filled()
      const ask = async (i: number) => [
        (await store.vectorSearch(queries[i % queries.length]!, 10)).chunkIds,
        (await store.lexicalSearch(`number${i} amber`, 10)).chunkIds,
      ]
      const one: unknown[] = []
      for (let i = 0; i < 20; i++) one.push(await ask(i))
      same(await Promise.all(Array.from({ length: 20 }, (_, i) => ask(i))), one, 'answers')
    },
  },
]
