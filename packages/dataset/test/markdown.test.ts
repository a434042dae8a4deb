import { describe, expect, it } from 'vitest'
import { parseHtml } from '../src/html.ts'
import { parseJson } from '../src/json.ts'
import { parseMarkdown } from '../src/markdown.ts'

describe('parseMarkdown', () => {
  it('takes title and description from the front matter', () => {
    const parsed = parseMarkdown('---\ntitle: "My page"\ndescription: About it.\n---\n\nBody.', false)
    expect(parsed).toMatchObject({ title: 'My page', text: '# My page\n\nAbout it.\n\nBody.' })
  })

  it('does not repeat a title that is the first heading', () => {
    const parsed = parseMarkdown('---\ntitle: Page\ndescription: About.\n---\n# Page\n\nBody.', false)
    expect(parsed.text).toBe('# Page\n\nAbout.\n\nBody.')
  })

  it('takes the first heading as title, not one inside code', () => {
    expect(parseMarkdown('```sh\n# comment\n```\n\nReal\n====\n\nBody.', false)).toMatchObject({
      title: 'Real',
      text: '```sh\n# comment\n```\n\n# Real\n\nBody.',
    })
  })

  it('strips imports, exports and component tags of MDX, and leaves code alone', () => {
    const source = [
      "import { Card } from '../card'",
      'import {\n  Tabs,\n} from "tabs"',
      'export const meta = { a: 1 }',
      '# Title',
      '<Note type="warning">Keep <b>this</b>. {/* not this */}</Note>',
      '```tsx\nimport { x } from "y"\n<Card a={1} />\n```',
      'Use `<Card />` or Promise<Card> with <your-key>.',
    ].join('\n\n')
    const { text } = parseMarkdown(source, true)
    expect(text).toContain('Keep this.')
    expect(text).toContain('```tsx\nimport { x } from "y"\n<Card a={1} />\n```')
    expect(text).toContain('Use `<Card />` or Promise<Card> with <your-key>.')
    for (const gone of ["'../card'", 'Tabs', 'meta', 'not this', '<Note', '<b>']) expect(text).not.toContain(gone)
  })

  it('keeps the prose in the attributes of a component', () => {
    const source =
      "<Table\n  content={[\n    { name: 'api', type: '() => void', description: 'It\\'s the `x` > y.' },\n    { name: 'id', href: '/no' },\n  ]}\n/>"
    expect(parseMarkdown(source, true).text).toBe("- api: () => void: It's the `x` > y.\n- id")
  })

  it('keeps the words of links and drops comments in plain Markdown, not type arguments', () => {
    const { text } = parseMarkdown(
      'See [the\ndocs](https://a.b/c "t") ![pic](x.png).<!-- no -->\n\nA Map<K, V> and <T> stay.',
      false,
    )
    expect(text).toBe('See the\ndocs pic.\n\nA Map<K, V> and <T> stay.')
  })

  it('leaves what is never closed as it is', () => {
    const source = 'a <div b `c {/* d <!-- e'
    expect(parseMarkdown(source, true).text).toBe(source)
  })
})

describe('parseHtml', () => {
  it('keeps headings, items and code, and drops scripts and styles', () => {
    const parsed = parseHtml(
      '<html><head><title>A &amp; B</title><style>x{}</style></head><body><script>no()</script><h1>Top <i>one</i></h1>' +
        '<p>Some\n  text.</p><ul><li>first</li><li>second</li></ul><pre>a  b\n  c</pre></body></html>',
    )
    expect(parsed.title).toBe('A & B')
    expect(parsed.text).toBe('# Top one\n\nSome text.\n\n- first\n- second\n\n```\na  b\n  c\n```')
  })

  it('refuses nesting that would take the parser for ever', () => {
    expect(() => parseHtml('<div>'.repeat(20_000))).toThrow('nested deeper')
  })

  it('leads with the title when there is no heading', () => {
    expect(parseHtml('<title>T</title><p>x</p>')).toMatchObject({ title: 'T', text: '# T\n\nx' })
  })
})

describe('parseJson', () => {
  it('joins strings with the paths of their keys', () => {
    const parsed = parseJson('{"title":"T","tags":["a","b"],"by":{"name":"Ada","age":3}}')
    expect(parsed).toMatchObject({ title: 'T', text: 'title: T\ntags.0: a\ntags.1: b\nby.name: Ada' })
  })

  it('takes nesting deeper than the call stack', () => {
    const depth = 50_000
    expect(parseJson(`${'['.repeat(depth)}"deep"${']'.repeat(depth)}`).text).toMatch(/: deep$/)
  })
})
