import { type RetryOptions, withRetries } from '@tenfold/store-kit'
import type { Row } from './rows.ts'
import { failure, reasonOf, type Send } from './wire.ts'

export type Action = { index: Row } | { delete: string }

/** S4-22. */
const batchSize = 100

interface Item {
  status: number
  error?: unknown
}

/**
 * All actions in their order, 100 to a request. A row that a busy server refused is sent again; a row that is gone already is no error.
 * Throws for the first row that is refused for good: what came before is written.
 */
export async function bulk(send: Send, index: string, actions: readonly Action[], retry: RetryOptions): Promise<void> {
  for (let at = 0; at < actions.length; at += batchSize) {
    let left = actions.slice(at, at + batchSize)
    await withRetries(async () => {
      // an alias that is gone must not come back as an index without a mapping
      const query = { require_alias: true }
      const { body } = await send({ method: 'POST', path: `/${index}/_bulk`, query, lines: left.flatMap(linesOf) })
      const items: Item[] = body.items.map((item: Record<string, Item>) => Object.values(item)[0])
      const refused = items.findIndex((item, i) => item.status >= 400 && !isBusy(item) && !isGone(item, left[i]!))
      if (refused >= 0) throw refusal(items[refused]!, left[refused]!)
      left = left.filter((_, i) => isBusy(items[i]!))
      if (left.length > 0) throw new Busy(`${left.length} of ${items.length} rows refused by a busy server`)
    }, retry).catch((error: unknown) => {
      throw error instanceof Busy
        ? failure(503, error.message, 'try again when the server has less to do', error)
        : error
    })
  }
}

class Busy extends Error {
  readonly statusCode = 429
}

const isBusy = ({ status }: Item) => status === 429 || status === 503
const isGone = ({ status, error }: Item, action: Action) => 'delete' in action && status === 404 && error === undefined

const linesOf = (action: Action): object[] =>
  'index' in action ? [{ index: { _id: action.index.id } }, action.index.source] : [{ delete: { _id: action.delete } }]

const refusal = ({ status, error }: Item, action: Action) => {
  const id = 'index' in action ? action.index.id : action.delete
  return failure(status, `row ${id}: ${reasonOf(error) ?? 'refused'}`, 'see the log of the server')
}
