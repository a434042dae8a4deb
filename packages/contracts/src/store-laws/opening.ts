import { isInDomain } from '../knob-kinds.ts'
import { knobs, type Patch } from '../knobs.ts'
import { hold, refused, type StoreLaw, same, withMetadata } from './bench.ts'
import { chunkRow, collectionFilters, corpus, docRow, metadataFilters, randomUnit } from './corpus.ts'
import { checkFilters } from './search.ts'

/** One bit for each of 16 numbers says little: such codes find about two thirds of the nearest. */
const leastOfAnyLevel = 0.5

export const openingLaws: StoreLaw[] = [
  {
    name: 'what was written is there when it is opened again, and closing twice is harmless',
    async check(bench) {
      const workspace = await bench.folder()
      const store = await bench.open({ workspace })
      await store.upsertDocs([{ doc: docRow('a'), chunks: [chunkRow('the cat sleeps'), chunkRow('the dog barks')] }])
      await store.refresh()
      const seen = async (of: typeof store) => [
        await of.docIds(),
        await of.docHash('a'),
        await of.exactSearch(randomUnit(3), 5),
        await of.hydrate((await of.lexicalSearch('cat', 5)).chunkIds),
      ]
      const before = await seen(store)
      await store.close()
      await store.close()
      const again = await bench.open({ workspace })
      same(await seen(again), before, 'opened again')
      await again.upsertDocs([{ doc: docRow('b'), chunks: [chunkRow('more')] }])
      await again.refresh()
      same(await again.chunkCount(), 3, 'chunks')
    },
  },
  {
    name: 'an index of another model, length or chunker is refused',
    async check(bench) {
      const workspace = await bench.folder()
      const store = await bench.open({ workspace })
      await store.upsertDocs([{ doc: docRow('a'), chunks: [chunkRow('text')] }])
      await store.refresh()
      await store.close()
      for (const identity of [{ modelSha256: 'b'.repeat(64) }, { dims: 8 }, { chunker: 'other' }])
        await refused('INDEX_MISMATCH', () => bench.open({ workspace, identity }))
      same(await (await bench.open({ workspace })).docIds(), ['a'], 'documents')
    },
  },
  {
    name: 'two folders are two indexes',
    async check(bench) {
      const [one, other] = [await bench.open(), await bench.open()]
      await one.upsertDocs([{ doc: docRow('a'), chunks: [chunkRow('text')] }])
      await one.refresh()
      same(await other.docIds(), [], 'documents of the other')
    },
  },
  {
    name: 'every level of every knob is in force, and finds what the others find',
    async check(bench) {
      const { provider, config } = bench
      const workspace = await bench.folder()
      const first = await bench.open({ workspace })
      await first.upsertDocs(withMetadata(corpus, provider))
      await first.refresh()
      await first.close()
      const filters = provider.abilities.metadataFilters
        ? [...collectionFilters, ...metadataFilters.slice(0, 4)]
        : collectionFilters
      const changes = provider.keys.flatMap((key): Patch[] =>
        knobs[key].levels.filter((level) => level !== config[key]).map((level) => ({ [key]: level })),
      )
      for (const change of [{}, ...changes]) {
        const store = await bench.open({ workspace, change })
        try {
          const wanted: Patch = { ...config, ...change }
          const read = Object.entries(await store.readBack()) as [keyof Patch, unknown][]
          hold(read.length > 0, 'nothing is read back')
          for (const [key, value] of read) {
            hold(isInDomain(knobs[key].domain, value), `${key} reads ${value}`)
            same(value, wanted[key], `${key} with ${JSON.stringify(change)}`)
          }
          await checkFilters(store, filters, { ks: [10, 60], exactToo: false, least: leastOfAnyLevel })
        } catch (error) {
          throw new Error(`with ${JSON.stringify(change)}: ${error}`, { cause: error })
        }
        await store.close()
      }
    },
  },
  {
    name: 'plans name every statement, and tell at least one step of some',
    async check(bench) {
      const plans = await (await bench.filled()).plans()
      hold(
        Object.values(plans).some((steps) => steps.length > 0),
        'no plans',
      )
    },
  },
]
