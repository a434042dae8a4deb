import { messageOf, PipelineError } from '@tenfold/contracts'
import { isPassing, unreachable, withRetries } from '@tenfold/store-kit'
import { throttle } from './throttle.ts'

export interface WireRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD'
  path: string
  query?: Record<string, string | number | boolean>
  body?: object
  /** One JSON line each, in place of `body`. */
  lines?: object[]
  /** Statuses that are answers and no errors. */
  allow?: number[]
}

export interface WireAnswer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers has as many shapes as there are requests
  body: any
}

/** One request by the official client of a server, over its pool of connections. Rejects with the client's error. */
export type Send = (request: WireRequest) => Promise<WireAnswer>

export interface Wire {
  send: Send
  url: string
  close(): Promise<void>
}

export interface WireOptions {
  url: string
  /** How to start the server, or where to name another. */
  wayOut: string
  /** No new try of a request after this long. */
  budgetMs: number
  signal?: AbortSignal | undefined
}

/** S4-19: connections, and so requests under way at once. */
export const poolSize = 10

/** Retries what passes within a budget, fewer requests at once while the server is busy, and errors in the words of the contract. */
export function patient(send: Send, { url, wayOut, budgetMs, signal }: WireOptions): Send {
  const limit = throttle(poolSize, isBusy)
  return async (request) => {
    try {
      return await withRetries(() => limit(() => send(request)), { budgetMs, signal, passes })
    } catch (error) {
      throw asPipelineError(error, request, url, wayOut)
    }
  }
}

const connectionErrors = new Set(['ConnectionError', 'NoLivingConnectionsError'])

/** A server that is slow is not asked again: it would only have more to do. */
const passes = (error: unknown): boolean => connectionErrors.has((error as Error).name) || isPassing(error)

const statusOf = (error: unknown) => (error as { statusCode?: number }).statusCode
const isBusy = (error: unknown): boolean => [429, 503].includes(statusOf(error) ?? 0)

function asPipelineError(error: unknown, { method, path }: WireRequest, url: string, wayOut: string): unknown {
  if (error instanceof PipelineError) return error
  const { name } = error as Error
  const status = statusOf(error)
  if (name === 'TimeoutError' || passes(error)) return unreachable(url, error, wayOut)
  if (status === undefined) return error
  const told = reasonOf((error as { body?: unknown }).body) ?? messageOf(error)
  return failure(status, `${method} ${path}: ${told}`, wayOut, error)
}

/** The error of an answer, or of an item of one. */
export function failure(status: number, told: string, wayOut: string, cause?: unknown): PipelineError {
  const options = cause === undefined ? {} : { cause }
  if (/flood-stage|read-only-allow-delete|disk usage/.test(told)) {
    const hint = 'free some space on the server, or give it more, and ingest again: what was stored stays'
    return new PipelineError('STORE_FULL', told, hint, options)
  }
  if (status === 404)
    return new PipelineError('INDEX_MISSING', told, 'the index is gone: ingest into a new folder', options)
  if (status === 401 || status === 403) {
    return new PipelineError(
      'ENGINE_UNAVAILABLE',
      told,
      'put a user who may write into the address: https://user:password@host',
      options,
    )
  }
  return new PipelineError(status < 500 ? 'TARGET_FAILED' : 'ENGINE_UNAVAILABLE', told, wayOut, options)
}

/** The reason that a server gives, with what caused it. */
export function reasonOf(body: unknown): string | undefined {
  const error = (body as { error?: unknown } | undefined)?.error ?? body
  if (typeof error === 'string') return error
  const { type, reason, caused_by: cause } = (error ?? {}) as { type?: string; reason?: string; caused_by?: unknown }
  if (reason === undefined) return undefined
  const deeper = reasonOf(cause)
  return `${type}: ${reason}${deeper && !reason.includes(deeper) ? ` (${deeper})` : ''}`
}
