import type { LlamaModel, Token } from 'node-llama-cpp'
import type { Prompt } from './types.ts'

/**
 * `prompt` in ChatML, the template inside the SmolLM2-Instruct file. Texts are tokenised apart from the markers, so a
 * passage that contains `<|im_end|>` stays text and cannot end a turn.
 */
export function chatTokens(model: LlamaModel, prompt: Prompt): Token[] {
  const marker = (text: string) => model.tokenize(text, true)
  const plain = (text: string) => model.tokenize(text, false)
  return [
    ...marker('<|im_start|>system\n'),
    ...plain(prompt.system),
    ...marker('<|im_end|>\n<|im_start|>user\n'),
    ...plain(prompt.user),
    ...marker('<|im_end|>\n<|im_start|>assistant\n'),
  ]
}

/** Tokens to text, holding back tokens that end inside a UTF-8 character. */
export function textStream(model: LlamaModel): { push(token: Token): string; flush(): string } {
  let pending: Token[] = []
  let last: Token[] = []
  const flush = () => {
    const piece = model.detokenize(pending, false, last)
    if (pending.length > 0) last = pending
    pending = []
    return piece
  }
  return {
    push(token) {
      pending.push(token)
      // A character has at most 4 bytes, so more pending tokens than that are not one character.
      const unfinished = pending.length < 4 && model.detokenize(pending, false, last).endsWith('\uFFFD')
      return unfinished ? '' : flush()
    },
    flush: () => (pending.length > 0 ? flush() : ''),
  }
}
