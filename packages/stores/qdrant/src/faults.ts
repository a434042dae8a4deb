import { messageOf, PipelineError } from '@tenfold/contracts'
import { isPassing, unreachable, withRetries } from '@tenfold/store-kit'

const budgetMs = 10_000

/** Calls the server again while what is wrong may pass; all of ours may be carried out twice. `url` is for the message. */
export async function attempt<Reply>(url: string, call: () => Promise<Reply>, signal?: AbortSignal): Promise<Reply> {
  try {
    return await withRetries(call, { budgetMs, passes: mayPass, signal })
  } catch (error) {
    throw faultOf(url, error)
  }
}

/** The client hides the code of a refused connection in causes, and tells 429 by a class of its own. */
const mayPass = (error: unknown): boolean =>
  isPassing(error) || (error as Error)?.constructor?.name === 'QdrantClientResourceExhaustedError'

/** What went wrong, with the way out. */
function faultOf(url: string, error: unknown): unknown {
  if (error instanceof PipelineError) return error
  const told = toldBy(error)
  const status = (error as { status?: number }).status
  if (status === 507 || /no space left|out of disk|disk.*full/i.test(told)) {
    const hint = 'free some space and ingest again: what was stored stays, and is not embedded again'
    return new PipelineError('STORE_FULL', `Qdrant takes no more: ${told}`, hint, { cause: error })
  }
  if (status === 401 || status === 403)
    return unreachable(url, error, 'put a key that may write into TENFOLD_QDRANT_API_KEY')
  if (status !== undefined && status < 500) return error
  return unreachable(url, error, 'start the server, or name another in TENFOLD_QDRANT_URL')
}

/** An error of the client carries what the server said apart from its message. */
function toldBy(error: unknown): string {
  const { data } = error as { data?: { status?: { error?: string } } }
  return data?.status?.error ?? messageOf(error)
}
