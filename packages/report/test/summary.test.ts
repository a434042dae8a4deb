import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildFinal } from '../src/final.ts'
import { summaryLines, wantsColor } from '../src/summary.ts'
import { wrapped } from '../src/terminal.ts'
import { fixture, unchangedFixture } from './fixture.ts'

const linesOf = ({ handoffs, samples } = fixture(), color = false) =>
  summaryLines(buildFinal(handoffs, samples), { color })
const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g')

describe('the terminal summary', () => {
  it('has a line for each phase and target, and fits in 100 columns', () => {
    for (const lines of [linesOf(), linesOf(unchangedFixture())]) {
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(100)
      expect(lines.filter((line) => /^ {2}(8|9|10\.\d) /.test(line))).toHaveLength(8)
      expect(lines.filter((line) => /^ {2}[✓✗] (met|missed) /.test(line))).toHaveLength(6)
    }
  })

  it('is the same text with and without colours, and has none when they are off', () => {
    const plain = linesOf()
    expect(plain.join('\n')).not.toMatch(/\p{Cc}(?<!\n)/u)
    const colored = linesOf(fixture(), true)
    expect(colored.join('\n')).toMatch(escapes)
    expect(colored.map((line) => line.replace(escapes, ''))).toEqual(plain)
  })

  it('keeps control characters of a target away from the terminal, and long reasons inside', () => {
    const made = fixture()
    made.handoffs.db.reason = `${'\x1b'}[2J${'long '.repeat(40)}${'x'.repeat(150)}`
    made.handoffs.tuner.conditions.data.name = `a${'\x1b'}]0;b`
    const lines = linesOf(made)
    expect(lines.join('\n')).not.toContain('\x1b')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100)
  })

  it('gives what the run cost, and the share of the kit itself', () => {
    expect(linesOf().find((line) => line.includes('Tenfold itself'))).toContain('loading 15.0 %, Tenfold itself 7.0 %')
  })

  it('colours only a terminal, and respects NO_COLOR', () => {
    expect(wantsColor({ isTTY: true }, {})).toBe(true)
    expect(wantsColor({ isTTY: true }, { NO_COLOR: '' })).toBe(true)
    expect(wantsColor({ isTTY: true }, { NO_COLOR: '1' })).toBe(false)
    expect(wantsColor({ isTTY: true }, { TERM: 'dumb' })).toBe(false)
    expect(wantsColor({}, {})).toBe(false)
  })

  it('wraps without losing a letter', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 40 }), (text, width) => {
        const lines = wrapped(text, width)
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
        const letters = (value: string) => value.replace(/[\s\p{Cc}]/gu, '')
        expect(letters(lines.join(''))).toBe(letters(text))
      }),
    )
  })
})
