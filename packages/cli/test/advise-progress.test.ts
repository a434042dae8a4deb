import { describe, expect, it } from 'vitest'
import { progressOf } from '../src/advise/progress.ts'

describe('progress of advise', () => {
  it('says nothing for two seconds, then the step and the time it may still take', () => {
    const said: string[] = []
    let now = 0
    const progress = progressOf(
      (line) => said.push(line),
      () => now,
    )
    progress('copy', 0, 1)
    now = 1000
    progress('trials', 1, 40)
    expect(said).toEqual([])
    now = 5000
    progress('trials', 10, 40)
    // ten in four seconds
    expect(said).toEqual(['trying candidates: 10 of 40, at most 12 s left'])
    progress('proof', 0, 1)
    expect(said.at(-1)).toBe('proving all changes together …')
  })
})
