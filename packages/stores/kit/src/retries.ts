export interface RetryOptions {
  /** No new try after this long, in milliseconds. */
  budgetMs: number
  signal?: AbortSignal | undefined
  /** Whether another try may go better; `isPassing` when absent. */
  passes?: (error: unknown) => boolean
  /** Milliseconds before the second try, doubled with each; 50 when absent. */
  firstWaitMs?: number
}

const passingStatus = new Set([429, 502, 503, 504])
const passingCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
])

/** A server that is busy, restarting, or has hung up: 429, 502 to 504, a connection that was reset or refused. Looks at causes too. */
export function isPassing(error: unknown): boolean {
  for (let each = error; typeof each === 'object' && each !== null; each = (each as { cause?: unknown }).cause) {
    const { status, statusCode, code } = each as Record<string, unknown>
    if ([status, statusCode].some((value) => passingStatus.has(value as number))) return true
    if (passingCodes.has(code as string)) return true
  }
  return false
}

/** Calls `work` until it succeeds, fails for good, or the budget is spent; then with its last error. Waits grow and are spread at random. */
export async function withRetries<Result>(
  work: (attempt: number) => Promise<Result>,
  { budgetMs, signal, passes = isPassing, firstWaitMs = 50 }: RetryOptions,
): Promise<Result> {
  const { default: pRetry } = await import('p-retry')
  return pRetry(
    async (attempt) => {
      try {
        return await work(attempt)
      } catch (error) {
        // the library takes a TypeError for a mistake of the caller unless it is one of its own list
        throw error instanceof Error ? new Failed(error) : new Failed(new Error(String(error)))
      }
    },
    {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: firstWaitMs,
      maxTimeout: 2000,
      maxRetryTime: budgetMs,
      randomize: true,
      shouldRetry: ({ error }) => passes((error as Failed).cause),
      ...(signal ? { signal } : {}),
    },
  ).catch((error: unknown) => {
    throw error instanceof Failed ? error.cause : error
  })
}

class Failed extends Error {
  override readonly cause: Error

  constructor(cause: Error) {
    super(cause.message)
    this.cause = cause
  }
}
