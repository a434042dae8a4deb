import type { Filter, Hits } from '@tenfold/contracts'
import { termsOf, wordsOf } from '@tenfold/store-kit'
import { conditionsOf } from './filter.ts'
import type { Link } from './link.ts'
import { tagOf } from './rows.ts'

export interface Words {
  search(text: string, limit: number, filter: Filter): Promise<Hits>
  plan(): Promise<string[]>
}

const hitsOf = (idsAndScores: string[]): Hits => ({
  chunkIds: idsAndScores.filter((_, i) => i % 2 === 0).map(Number),
  scores: idsAndScores.filter((_, i) => i % 2 === 1).map(Number),
})

/** BM25 by a script over one hash of postings a word. `maxShare`: words in more chunks than that are dropped, unless none would be left. */
export function scriptWords(link: Link, prefix: string, maxShare: number): Words {
  return {
    async search(text, limit, filter) {
      const terms = [...new Set(termsOf(text))]
      if (terms.length === 0 || limit === 0) return { chunkIds: [], scores: [] }
      const args = [JSON.stringify(terms), String(limit), String(maxShare), JSON.stringify(conditionsOf(filter))]
      return hitsOf(await link.run<string[]>('words', prefix, args))
    },
    plan: async () => ['BM25 by a Lua script, over one hash of postings a word'],
  }
}

/** Ids of chunks are the ends of keys in the index of RediSearch. */
const idOf = (key: string) => key.slice(key.lastIndexOf(':') + 1)

/** BM25 by RediSearch, which stems English itself. Ranges go to the script: a field is no field of its index. */
export async function searchModuleWords(link: Link, prefix: string, maxShare: number): Promise<Words> {
  const name = `${prefix}words`
  const byScript = scriptWords(link, prefix, maxShare)
  const schema = ['title', 'TEXT', 'text', 'TEXT', 'tags', 'TAG']
  await link
    .call('FT.CREATE', name, 'ON', 'HASH', 'PREFIX', '1', `${prefix}x:`, 'STOPWORDS', '0', 'SCHEMA', ...schema)
    .catch((error) => {
      if (!String(error).includes('already exists')) throw error
    })
  // what was there before is taken in beside other work
  while ((await infoOf(link, name)).get('indexing') !== '0') await new Promise((resolve) => setTimeout(resolve, 20))
  return {
    async search(text, limit, filter) {
      const words = wordsOf(text)
      if (words.length === 0 || limit === 0) return { chunkIds: [], scores: [] }
      const conditions = conditionsOf(filter)
      const tags: string[] = []
      for (const condition of conditions) {
        if ('range' in condition) return byScript.search(text, limit, filter)
        if (condition.anyOf.length === 0) return { chunkIds: [], scores: [] }
        tags.push(`@tags:{${condition.anyOf.map(tagOf).join('|')}}`)
      }
      const query = [...tags, `(${words.join('|')})`].join(' ')
      const how = ['NOCONTENT', 'WITHSCORES', 'SCORER', 'BM25STD', 'LIMIT', '0', String(limit), 'DIALECT', '2']
      const [, ...found] = await link.call<string[]>('FT.SEARCH', name, query, ...how)
      return hitsOf(found.map((each, i) => (i % 2 === 0 ? idOf(each) : each)))
    },
    async plan() {
      const info = await infoOf(link, name)
      return [`RediSearch, BM25STD over ${info.get('num_terms')} terms of ${info.get('num_docs')} chunks`]
    },
  }
}

async function infoOf(link: Link, name: string): Promise<Map<string, string>> {
  const pairs = await link.call<unknown[]>('FT.INFO', name)
  return new Map(pairs.flatMap((key, i) => (i % 2 === 0 ? [[String(key), String(pairs[i + 1])] as const] : [])))
}

/** Whether the server has RediSearch. */
export async function hasSearchModule(link: Link): Promise<boolean> {
  const [known] = await link.call<unknown[]>('COMMAND', 'INFO', 'FT.SEARCH')
  return Boolean(known)
}
