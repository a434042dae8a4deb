import type { Passage } from '@tenfold/contracts'
import { describe, expect, it } from 'vitest'
import { buildPrompt } from '../src/index.ts'

const passage = (text: string): Passage => ({ chunkId: text, docId: 'd', title: 't', text, score: 1 })

describe('buildPrompt', () => {
  it('numbers the passages in their order and puts the question last', () => {
    const { user } = buildPrompt('Why?', [passage('beta'), passage('alpha')])
    expect(user).toBe('Passages:\n\n[1] beta\n\n[2] alpha\n\nQuestion: Why?')
  })

  it('questions on the same passages share everything but their end, so that it can be reused', () => {
    const [first, second] = ['Why?', 'How many?'].map((question) => buildPrompt(question, [passage('alpha')]))
    expect(first!.system).toBe(second!.system)
    const shared = first!.user.slice(0, -'Why?'.length)
    expect(second!.user).toBe(`${shared}How many?`)
  })

  it('keeps the question as it was written', () => {
    const question = '  What is `useChat`?\n'
    expect(buildPrompt(question, []).user.endsWith(question)).toBe(true)
  })

  it('tells to answer from the passages and to say when they hold no answer', () => {
    expect(buildPrompt('Why?', []).system).toMatch(/only the passages.*does not say/i)
  })
})
