import { messageOf, PipelineError } from '@tenfold/contracts'
import { isPassing, unreachable } from '@tenfold/store-kit'

/** Errors of the client that say the connection is gone for now. */
const away = new Set([
  'SocketClosedUnexpectedlyError',
  'SocketTimeoutError',
  'ConnectionTimeoutError',
  'ClientOfflineError',
  'DisconnectsClientError',
  'ReconnectStrategyError',
  'TimeoutError',
])

const nameOf = (error: unknown): string => (error instanceof Error ? error.constructor.name : '')

/** Replies of a server that starts, runs a long script, or is being promoted. */
const passing = /^(LOADING|BUSY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN)\b/

const refusal = /^(WRONGPASS|NOAUTH|NOPERM)\b|invalid username-password/

/** Whether the same call may succeed a little later. */
export function mayPass(error: unknown): boolean {
  if (refusal.test(toldBy(error))) return false
  return passing.test(toldBy(error)) || away.has(nameOf(error)) || isPassing(error)
}

/** What went wrong, with the way out. Replies that only a mistake of ours can cause stay what they are. */
export function faultOf(url: string, error: unknown): unknown {
  if (error instanceof PipelineError) return error
  const told = toldBy(error)
  if (/^(OOM|MISCONF)\b/.test(told)) {
    const hint =
      'raise maxmemory or free what fills the server or its disk, and ingest again: nothing of this batch was written'
    return new PipelineError('STORE_FULL', `Redis takes no more: ${told}`, hint, { cause: error })
  }
  if (refusal.test(told))
    return unreachable(url, error, 'put user and password into TENFOLD_REDIS_URL: redis://user:password@host:6379')
  if (mayPass(error) || (error as { code?: string }).code !== undefined || nameOf(error) === 'ClientClosedError')
    return unreachable(url, error, 'start the server, or name another in TENFOLD_REDIS_URL')
  return error
}

function toldBy(error: unknown): string {
  const first = (error as { originalError?: unknown } | undefined)?.originalError ?? error
  // an error inside a script says so before the reply of the command
  return messageOf(first).replace(/^(ERR )?(Error running script.*?: )?/, '')
}
