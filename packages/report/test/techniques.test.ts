import { describe, expect, it } from 'vitest'
import { techniquesMarkdown } from '../src/techniques.ts'
import { fixture, unchangedFixture } from './fixture.ts'

describe('S0-8 docs/techniques.md', () => {
  it('has a row with before, after, ratio and verdict for every change that was compared', () => {
    const { handoffs } = fixture()
    const text = techniquesMarkdown(handoffs)
    const rows = text.split('\n').filter((line) => /^\| `/.test(line))
    const shown = Object.values(handoffs).flatMap(({ verdicts }) =>
      verdicts.filter(({ role }) => role !== 'noise-floor'),
    )
    expect(shown.length).toBeGreaterThan(5)
    expect(rows).toHaveLength(shown.length)
    for (const { ratio } of shown) expect(text).toContain(`×${ratio.toFixed(3)}`)
  })

  it('tells what was kept from what was not, each setting with its old and new value', () => {
    const { handoffs } = fixture()
    const text = techniquesMarkdown(handoffs)
    for (const [key, { from, to }] of Object.entries(handoffs.speed.changes))
      expect(text).toContain(`- \`${key}\` ${from} → **${to}**`)
    expect(text).toContain('### Kept')
    const { speed } = handoffs
    speed.config = {
      ...speed.config,
      ...Object.fromEntries(Object.entries(speed.changes).map(([key, { from }]) => [key, from])),
    }
    speed.changes = {}
    expect(techniquesMarkdown(handoffs).split('### Not kept').length).toBeGreaterThan(text.split('### Not kept').length)
  })

  it('says so little when nothing was compared that nothing is claimed', () => {
    expect(techniquesMarkdown(unchangedFixture().handoffs)).not.toContain('### Kept')
  })
})
