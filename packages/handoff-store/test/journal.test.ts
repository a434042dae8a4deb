import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openJournal } from '../src/index.ts'
import { temporaryFolder } from './fixture.ts'

describe('journal', () => {
  it('gives back what was appended, in order, also to the next process', () => {
    const file = path.join(temporaryFolder(), 'deep', 'journal.ndjson')
    const journal = openJournal<number>(file)
    journal.append(1)
    journal.append(2)
    expect(journal.entries).toEqual([1, 2])
    expect(openJournal<number>(file).entries).toEqual([1, 2])
  })

  it('cut anywhere by a kill: whole lines count, and appending after it works for every later reader', () => {
    const file = path.join(temporaryFolder(), 'journal.ndjson')
    const entries = [
      { key: 'a', text: 'ünï\ncode' },
      { key: 'b', text: '' },
      { key: 'c', text: '☃'.repeat(5) },
    ]
    const whole = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
    fc.assert(
      fc.property(fc.nat(whole.length), (length) => {
        writeFileSync(file, whole.subarray(0, length))
        const finished = whole.subarray(0, length).toString().split('\n').length - 1
        const journal = openJournal<object>(file)
        expect(journal.entries).toEqual(entries.slice(0, finished))
        journal.append({ key: 'later' })
        expect(openJournal<object>(file).entries).toEqual([...entries.slice(0, finished), { key: 'later' }])
      }),
    )
  })

  it('clear begins anew', () => {
    const file = path.join(temporaryFolder(), 'journal.ndjson')
    const journal = openJournal<number>(file)
    journal.append(1)
    journal.clear()
    expect([journal.entries, existsSync(file)]).toEqual([[], false])
    journal.append(2)
    expect(readFileSync(file, 'utf8')).toBe('2\n')
    appendFileSync(file, '3\n')
    expect(openJournal<number>(file).entries).toEqual([2, 3])
  })
})
