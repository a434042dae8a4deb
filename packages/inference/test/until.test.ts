import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { until } from '../src/until.ts'

function through(pieces: readonly string[], stop: string): { text: string; stopped: boolean } {
  const gate = until(stop)
  const text = pieces.map((piece) => gate.push(piece)).join('') + gate.flush()
  return { text, stopped: gate.stopped }
}

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 })

describe('until', () => {
  it('gives the text before the stop, however the pieces are cut', () => {
    fc.assert(
      fc.property(fc.array(letters), letters, (pieces, stop) => {
        const whole = pieces.join('')
        const at = stop === '' ? -1 : whole.indexOf(stop)
        expect(through(pieces, stop)).toEqual({ text: at < 0 ? whole : whole.slice(0, at), stopped: at >= 0 })
      }),
    )
  })

  it('holds back only what may become the stop', () => {
    const gate = until('\nQuestion:')
    expect([gate.push('yes'), gate.push('\nQ'), gate.push('uick')]).toEqual(['yes', '', '\nQuick'])
  })
})
