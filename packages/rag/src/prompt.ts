import type { Passage } from '@tenfold/contracts'
import type { Prompt } from '@tenfold/inference'

const system =
  'You answer questions from the passages you are given. Use only the passages. Answer in one or two short sentences and name ' +
  'functions, options and types exactly as written. If the passages do not hold the answer, say that the documentation does not say.'

/** Instructions first, passages in the order given, the question last: what repeats between questions stands in front. */
export function buildPrompt(question: string, passages: readonly Passage[]): Prompt {
  const context = passages.map(({ text }, i) => `[${i + 1}] ${text}`).join('\n\n')
  return { system, user: `Passages:\n\n${context}\n\nQuestion: ${question}` }
}
