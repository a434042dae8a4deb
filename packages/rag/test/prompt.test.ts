import type { Passage } from '@tenfold/contracts'
import { describe, expect, it } from 'vitest'
import { buildPrompt } from '../src/index.ts'

const passage = (text: string): Passage => ({ chunkId: text, docId: 'd', title: 't', text, score: 1 })

describe('buildPrompt', () => {
  it('puts the best passage last, next to the question', () => {
    const { user } = buildPrompt('Why?', [passage('best'), passage('second'), passage('third')])
    expect(user).toBe('third\n\nsecond\n\nbest\n\nQuestion: Why?\nShort answer:')
  })

  it('leaves the passages given in their order', () => {
    const passages = [passage('best'), passage('second')]
    buildPrompt('Why?', passages)
    expect(passages.map(({ text }) => text)).toEqual(['best', 'second'])
  })

  it('questions on the same passages share everything in front of the question, so that it can be reused', () => {
    const [first, second] = ['Why?', 'How many?'].map((question) => buildPrompt(question, [passage('alpha')]))
    expect(first!.system).toBe(second!.system)
    expect(second!.user).toBe(first!.user.replace('Why?', 'How many?'))
    expect(first!.user.indexOf('Why?')).toBeGreaterThan(first!.user.indexOf('alpha'))
  })

  it('keeps the question as it was written', () => {
    const question = '  What is `useChat`?\n'
    expect(buildPrompt(question, []).user).toContain(`Question: ${question}`)
  })
})
