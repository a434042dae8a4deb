import { messageOf, PipelineError } from '@tenfold/contracts'
import { isPassing, unreachable, withRetries } from '@tenfold/store-kit'
import type { EnqueuedTaskPromise, WaitOptions } from 'meilisearch'

const budgetMs = 10_000
/** Tasks are carried out one after another: ours waits for all before it, of other indexes too. */
const taskWait: WaitOptions = { timeout: 600_000, interval: 20 }

/** Calls the server again while what is wrong may pass; all of ours may be carried out twice. `url` is for the message. */
export async function attempt<Reply>(url: string, call: () => Promise<Reply>, signal?: AbortSignal): Promise<Reply> {
  try {
    return await withRetries(call, { budgetMs, passes: mayPass, signal })
  } catch (error) {
    throw faultOf(url, error)
  }
}

/** The client keeps the answer of the server beside the error. */
const statusOf = (error: unknown): number | undefined => (error as { response?: { status?: number } }).response?.status

const mayPass = (error: unknown): boolean => isPassing(error) || isPassing({ status: statusOf(error) })

/** Waits until a task is done. Throws STORE_FULL where the disk is full, DATA_UNREADABLE for what the server cannot take. */
export async function done(task: EnqueuedTaskPromise): Promise<void> {
  const { status, error, uid } = await task.waitTask(taskWait)
  if (status === 'succeeded') return
  throw refused(error?.code ?? status, error?.message ?? `task ${uid} is ${status}`)
}

function refused(code: string, told: string): PipelineError {
  if (/no_space|database_size_limit|too_many_open_files/.test(code) || /no space left/i.test(told)) {
    const hint = 'free some space and ingest again: nothing of this batch was written'
    return new PipelineError('STORE_FULL', `Meilisearch takes no more: ${told}`, hint)
  }
  return new PipelineError(
    'DATA_UNREADABLE',
    `Meilisearch refused a batch (${code}): ${told}`,
    'mend what it names, and ingest again',
  )
}

/** What went wrong, with the way out. */
function faultOf(url: string, error: unknown): unknown {
  if (error instanceof PipelineError) return error
  const status = statusOf(error)
  const code = (error as { cause?: { code?: string } }).cause?.code ?? ''
  if (status === 401 || status === 403)
    return unreachable(url, error, 'put a key that may do all on tenfold_* into TENFOLD_MEILISEARCH_KEY')
  if (/no_space|database_size_limit/.test(code) || status === 507) return refused('no_space', messageOf(error))
  if (status !== undefined && status < 500) return error
  return unreachable(url, error, 'start the server, or name another in TENFOLD_MEILISEARCH_URL')
}
