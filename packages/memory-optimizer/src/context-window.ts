import type { Config } from '@tenfold/contracts'

/** Tokens of the generator for one of the encoder: code and names are cut finer; 1.1 was seen on the default corpus. */
const generatorTokensPerEncoderToken = 1.5
/** Instructions, question and chat markers. */
const promptTokens = 128
const smallest = 512
const largest = 8192

/** Keys and values of a token of SmolLM2-135M: 30 layers, 3 heads of 64 values each, both in 16 bits. */
const stateBytesPerToken = 30 * 3 * 64 * 2 * 2
/** Share of the available memory that the evaluation state may take; weights and buffers want theirs. */
const stateShare = 0.25

/** The smallest power of two that holds every passage wanted and the answer (S2-12): a smaller window would drop passages. */
export function smallestWindow(config: Config): number {
  const passages = config['speed.contextPassages'] * config['rag.chunkTokens'] * generatorTokensPerEncoderToken
  const needed = passages + config['rag.maxAnswerTokens'] + promptTokens
  return Math.min(largest, Math.max(smallest, 2 ** Math.ceil(Math.log2(needed))))
}

/**
 * The largest power of two, from 512 to 8192 tokens, whose evaluation state takes at most a quarter of the available memory
 * (S2-12). Below `smallestWindow` it drops passages. `bytesPerToken` is that of the model; the built-in one when absent.
 */
export function contextWindowFor(availableBytes: number, bytesPerToken = stateBytesPerToken): number {
  const tokens = (availableBytes * stateShare) / bytesPerToken
  return Math.min(largest, Math.max(smallest, 2 ** Math.floor(Math.log2(Math.max(1, tokens)))))
}
