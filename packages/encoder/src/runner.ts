import { setImmediate } from 'node:timers/promises'
import { type Batch, planBatches, runBatches } from './batches.ts'
import { openSession, type SessionOptions } from './session.ts'
import type { TextTokenizer, TokenizerSource } from './tokenizer.ts'

export interface RunnerOptions extends SessionOptions {
  tokenizer: TokenizerSource
  maxTokens: number
  /** How far the threads of a worker stand back behind the rest of the process, up to 19 (Linux). */
  niceness?: number
}

/** One session with its tokeniser, here or in a worker thread. One call at a time. */
export interface Runner {
  tokenize(texts: string[]): Promise<Int32Array[]>
  run(batch: Batch): Promise<Float32Array>
  /** Both at once: one way to a worker and back instead of two. */
  embed(texts: string[]): Promise<Float32Array>
  close(): Promise<void>
}

/** A runner on this thread. */
export async function openRunner(options: SessionOptions, tokenizer: TextTokenizer): Promise<Runner> {
  const session = await openSession(options)
  return {
    async tokenize(texts) {
      if (texts.length > 1) await setImmediate()
      return texts.map(tokenizer.encode)
    },
    run: session.run,
    embed(texts) {
      const tokens = texts.map(tokenizer.encode)
      const lengths = tokens.map((ids) => ids.length)
      const together = { maxTexts: tokens.length, tokenBudget: 0 }
      return runBatches(tokens, planBatches(lengths, together, !session.masked), session.run)
    },
    close: session.release,
  }
}
