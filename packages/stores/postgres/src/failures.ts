import { messageOf, PipelineError } from '@tenfold/contracts'
import { isPassing, maskUrl, unreachable } from '@tenfold/store-kit'

const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code ?? '')

/** Shut down, crashed, starting up, too many clients, connection lost, deadlock, serialisation: PostgreSQL's error codes, appendix A. */
const passingStates = new Set([
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '40001',
  '40P01',
  '08000',
  '08003',
  '08006',
  '25006',
])

export function passes(error: unknown): boolean {
  if (error instanceof PipelineError) return false
  // the client has no code for a connection that ended under a query, nor for a greeting that took too long
  return (
    isPassing(error) ||
    passingStates.has(codeOf(error)) ||
    /Connection terminated|not queryable|timeout expired/.test(messageOf(error))
  )
}

const start = 'start the server, or name another one in TENFOLD_POSTGRES_URL'

/** What the server or the way to it failed with, in words a person can act on. */
export function explain(error: unknown, url: string): unknown {
  if (error instanceof PipelineError) return error
  const code = codeOf(error)
  if (code === '28P01' || code === '28000')
    return unreachable(url, error, 'give the user and the password in TENFOLD_POSTGRES_URL')
  if (code === '3D000')
    return unreachable(url, error, 'create that database, or name another one in TENFOLD_POSTGRES_URL')
  if (code === '42501')
    return unreachable(url, error, 'grant it: GRANT CREATE ON DATABASE <database> TO <user>, or use another user')
  if (code === '53100' || code === '53200') {
    const hint = 'free some space on the server and ingest again: what was stored stays, and is not embedded again'
    return new PipelineError('STORE_FULL', `${maskUrl(url)}: ${messageOf(error)}`, hint, { cause: error })
  }
  if (code === '57014') {
    const hint = 'look at the plans (`tenfold` phase 10.4), or give the server more room'
    return new PipelineError('TARGET_FAILED', `${maskUrl(url)}: ${messageOf(error)}`, hint, { cause: error })
  }
  if (passes(error) || /timeout|ENOTFOUND/i.test(messageOf(error)) || code === 'ENOTFOUND')
    return unreachable(url, error, start)
  return error
}
