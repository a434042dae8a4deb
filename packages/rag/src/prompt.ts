import type { Passage } from '@tenfold/contracts'
import type { Prompt } from '@tenfold/inference'

const system = 'Answer the question using the documentation. Quote the exact names.'

/** Small models go on with a question of their own: the answer ends there. */
export const endOfAnswer = '\nQuestion:'

/**
 * Instructions, passages, question. The best passage stands last, next to the question; whether that order answers more
 * questions is not shown: 10 tune questions gave a tie.
 */
export function buildPrompt(question: string, passages: readonly Passage[]): Prompt {
  const documentation = [...passages].reverse().map(({ text }) => text)
  return { system, user: `${documentation.join('\n\n')}\n\nQuestion: ${question}\nShort answer:` }
}
