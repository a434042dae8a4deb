import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildFinal } from '../src/final.ts'
import { escapeText, html } from '../src/page/html.ts'
import { renderPage } from '../src/page/page.ts'
import { fixture, unchangedFixture } from './fixture.ts'

const pageOf = (made = fixture()) => renderPage(buildFinal(made.handoffs, made.samples), made)

describe('html', () => {
  it('escapes every value, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const inside = html`<i title="${text}">${text}</i>`.markup
        expect(inside).toBe(`<i title="${escapeText(text)}">${escapeText(text)}</i>`)
        expect(escapeText(text)).not.toMatch(/[<>"']/)
        const back = escapeText(text).replace(
          /&(amp|lt|gt|quot|#39);/g,
          (_, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name as 'amp']!,
        )
        expect(back).toBe(text)
      }),
    )
  })

  it('leaves its own markup alone, joins lists and drops what is not there', () => {
    expect(html`<p>${html`<b>${'<'}</b>`}${['&', 1, null, undefined, false]}</p>`.markup).toBe(
      '<p><b>&lt;</b>&amp;1</p>',
    )
  })
})

describe('the page', () => {
  const hostile = '<script>alert(1)</script>"\'&'

  it('shows hostile text from every handoff as text', () => {
    const made = fixture()
    const { tuner, db, profiler, speed } = made.handoffs
    Object.assign(tuner.conditions.data, { name: hostile })
    tuner.conditions.models = { [hostile]: 'x' }
    tuner.target.name = hostile
    db.warnings = [hostile]
    db.reason = hostile
    tuner.changes = { [hostile]: { from: hostile, to: hostile } }
    speed.verdicts[0]!.change = { [hostile]: hostile }
    speed.verdicts[0]!.metric = hostile
    profiler.details = {
      before: {
        stages: { question: { [hostile]: { ms: 1, share: 1 } } },
        bottlenecks: [{ stage: hostile, cause: hostile, knobs: [hostile] }],
      },
    }
    const page = pageOf(made)
    expect(page).not.toContain('<script')
    expect(page.split(escapeText(hostile)).length).toBeGreaterThan(10)
  })

  it('is one file: no script, no style sheet, no picture, no address to fetch', () => {
    expect(pageOf()).not.toMatch(/<(script|link|img|iframe)|src=|href="(?!#)|url\(|@import|https?:/)
  })

  it('is well formed: every element that is opened is closed, in order', () => {
    for (const page of [pageOf(), pageOf(unchangedFixture())]) {
      const open: string[] = []
      for (const [, end, name, rest] of page
        .replace(/<style>.*?<\/style>/s, '')
        .matchAll(/<(\/?)([a-z][a-z0-9]*)([^>]*)>/g)) {
        if (['meta', 'br'].includes(name!) || rest!.endsWith('/')) continue
        if (end) expect(open.pop()).toBe(name)
        else open.push(name!)
      }
      expect(open).toEqual([])
      expect(page).not.toMatch(/NaN|undefined|\[object|Infinity/)
    }
  })

  it('gives every picture a title, and every figure its doubt', () => {
    const page = pageOf()
    const pictures = page.match(/<svg[^>]*role="img"[^>]*>/g)!
    expect(page.match(/<svg[^>]*role="img"[^>]*><title>[^<]+<\/title>/g)).toHaveLength(pictures.length)
    expect(page).toContain('undecided')
    expect(page).toContain('interval open')
  })

  it('says what was not measured', () => {
    const made = unchangedFixture()
    made.handoffs.tuner.before = {}
    for (const handoff of Object.values(made.handoffs)) handoff.details = {}
    const page = renderPage(buildFinal(made.handoffs, []), { handoffs: made.handoffs, samples: [] })
    expect(page.match(/not measured/g)!.length).toBeGreaterThan(8)
    expect(page).not.toMatch(/NaN|undefined|\[object|Infinity/)
  })
})
