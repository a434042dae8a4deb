import { ensureModel } from '@tenfold/models'
import { describe, expect, it } from 'vitest'
import { readVocabulary } from '../src/index.ts'

describe('readVocabulary', () => {
  it('leaves out markers and spare places', async () => {
    const { ids, size, words, start, end } = await readVocabulary(
      (await ensureModel('all-MiniLM-L6-v2')).files['tokenizer.json']!,
    )
    expect({ size, words, start, end, first: ids[0] }).toEqual({
      size: 30522,
      words: 1996,
      start: 101,
      end: 102,
      first: 999,
    })
    expect(ids.length).toBe(30522 - 5 - 994)
  })
})
