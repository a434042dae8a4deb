import { messageOf, PipelineError } from '@tenfold/contracts'

/** An address without its password. */
export function maskUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  // No URL of a host: whatever stands before an @ may hold a password.
  if (!parsed?.host) return url.replace(/^.*@/, '***@')
  if (parsed.password) parsed.password = '***'
  return parsed.href
}

/** ENGINE_UNAVAILABLE for a server that does not answer as it should. `wayOut` says how to start it or where to name another. */
export function unreachable(url: string, error: unknown, wayOut: string): PipelineError {
  const told =
    error instanceof AggregateError && !error.message ? error.errors.map(messageOf).join('; ') : messageOf(error)
  const code = (error as { code?: unknown } | undefined)?.code
  const detail = told || (typeof code === 'string' ? code : 'no answer')
  return new PipelineError('ENGINE_UNAVAILABLE', `${maskUrl(url)}: ${withoutPassword(detail, url)}`, wayOut, {
    cause: error,
  })
}

function withoutPassword(text: string, url: string): string {
  const password = URL.canParse(url) ? new URL(url).password : ''
  return password ? text.replaceAll(password, '***').replaceAll(decodeURIComponent(password), '***') : text
}
