import type { Filter } from '@tenfold/contracts'
import { expressionOf } from './expression.ts'
import type { Link } from './link.ts'
import { toBytes } from './rows.ts'

export type Quantisation = 'Q8' | 'BIN' | 'NOQUANT'

export interface VectorSetOptions {
  quantisation: Quantisation
  /** Nodes looked at in a search. */
  ef: number
}

const page = 200

/** An element that the set gave and its cosine, as precise as the quantisation. */
export interface Candidates {
  chunkIds: number[]
  cosines: number[]
}

/** The vectors as a graph on the server. Scripts keep every set that was ever asked for in step with the chunks. */
export function vectorSet(link: Link, prefix: string, { quantisation, ef }: VectorSetOptions) {
  const key = `${prefix}v:${quantisation}`
  return {
    /** Makes the set where it is not there yet. From its first line on, writers write to it too. */
    async open(): Promise<void> {
      await link.call('SADD', `${prefix}vsets`, quantisation)
      const [count, inSet] = await link.many<number>([
        ['ZCARD', `${prefix}chunks`],
        ['VCARD', key],
      ])
      if (count === inSet) return
      for (let last = '0', full = true; full; ) {
        const range = ['ZRANGEBYSCORE', `${prefix}chunks`, `(${last}`, '+inf', 'LIMIT', '0', String(page)]
        const ids = await link.call<string[]>(...range)
        full = ids.length === page
        last = ids.at(-1) ?? last
        if (ids.length > 0) await link.run('fill', prefix, [quantisation, ...ids])
      }
    },
    /** Undefined where the set has no words for the filter. */
    async near(query: Float32Array, count: number, filter: Filter): Promise<Candidates | undefined> {
      const expression = expressionOf(filter)
      if (expression === undefined) return undefined
      const only = expression === '' ? [] : ['FILTER', expression]
      const asked = ['WITHSCORES', 'COUNT', String(count), 'EF', String(Math.max(ef, count))]
      const reply = await link.call<string[]>('VSIM', key, 'FP32', toBytes(query), ...asked, ...only)
      return {
        chunkIds: reply.filter((_, i) => i % 2 === 0).map(Number),
        // Redis gives (1 + cosine) / 2
        cosines: reply.filter((_, i) => i % 2 === 1).map((score) => 2 * Number(score) - 1),
      }
    },
    /** What VINFO says, in pairs; nothing of a set that has no element yet. */
    async info(): Promise<Map<string, string>> {
      const pairs = (await link.call<(string | number)[] | null>('VINFO', key)) ?? []
      return new Map(pairs.flatMap((name, i) => (i % 2 === 0 ? [[String(name), String(pairs[i + 1])] as const] : [])))
    },
  }
}

/** Whether the server has vector sets: Redis 8 and later. */
export async function hasVectorSets(link: Link): Promise<boolean> {
  const [known] = await link.call<unknown[]>('COMMAND', 'INFO', 'VADD')
  return Boolean(known)
}
