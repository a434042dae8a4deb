import type { Config } from '@tenfold/contracts'

/** Tokens of the generator for one of the encoder: code and names are cut finer; 1.1 was seen on the default corpus. */
const generatorTokensPerEncoderToken = 1.5
/** Instructions, question and chat markers. */
const promptTokens = 128

/** The smallest power of two that holds every passage wanted and the answer (S2-12): a smaller window would drop passages. */
export function smallestWindow(config: Config): number {
  const passages = config['speed.contextPassages'] * config['rag.chunkTokens'] * generatorTokensPerEncoderToken
  const needed = passages + config['rag.maxAnswerTokens'] + promptTokens
  return Math.min(8192, Math.max(512, 2 ** Math.ceil(Math.log2(needed))))
}
