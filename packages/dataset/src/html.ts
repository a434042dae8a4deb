import { Parser } from 'htmlparser2'
import { namedFields } from './metadata.ts'
import type { Parsed } from './parsed.ts'
import { normalizeLines } from './text.ts'

const dropped = new Set(['script', 'style', 'noscript', 'template', 'svg', 'head', 'title'])
const blocks = new Set(
  (
    'address article aside blockquote br dd details div dl dt figcaption figure footer form header hr main nav ol p ' +
    'section summary table tr ul'
  ).split(' '),
)

/** The parser's time grows with the square of the depth; browsers stop at 512. */
const maxDepth = 10_000

/** HTML to plain text: headings as `#` lines, list items as `- ` lines, `pre` as fenced code, scripts and styles gone. Throws over `maxDepth`. */
export function parseHtml(source: string): Parsed {
  const output: string[] = []
  let title = ''
  let firstHeading: string | undefined
  let headingStart = -1
  let depth = 0
  let skipDepth = 0
  let preDepth = 0
  let inTitle = false
  const named: [string, string][] = []
  const parser = new Parser({
    onopentag(name, { name: field, content }) {
      if (name === 'meta' && field && content) named.push([field, content])
      if (++depth > maxDepth) throw new Error(`elements nested deeper than ${maxDepth}`)
      if (name === 'title') inTitle = true
      if (dropped.has(name)) skipDepth++
      if (skipDepth > 0) return
      if (/^h[1-6]$/.test(name)) {
        output.push(`\n\n${'#'.repeat(Number(name[1]))} `)
        headingStart = output.length
      } else if (name === 'pre') {
        preDepth++
        output.push('\n\n```\n')
      } else if (name === 'li') output.push('\n- ')
      else if (name === 'td' || name === 'th') output.push(' ')
      else if (blocks.has(name)) output.push(name === 'br' ? '\n' : '\n\n')
    },
    ontext(text) {
      if (inTitle && title.length < 1000) title += text
      if (skipDepth > 0) return
      output.push(preDepth > 0 ? text : text.replace(/\s+/g, ' '))
    },
    onclosetag(name) {
      depth--
      if (name === 'title') inTitle = false
      if (dropped.has(name)) skipDepth--
      if (skipDepth > 0) return
      if (/^h[1-6]$/.test(name)) {
        if (headingStart >= 0) firstHeading ??= oneLine(output.slice(headingStart).join(''))
        output.push('\n\n')
      } else if (name === 'pre') {
        preDepth--
        output.push('\n```\n\n')
      } else if (blocks.has(name) && name !== 'br') output.push('\n\n')
    },
  })
  parser.write(source)
  parser.end()
  const body = tidy(output.join(''))
  const called = oneLine(title)
  return {
    title: called || firstHeading,
    text: called && firstHeading === undefined ? `# ${called}\n\n${body}`.trim() : body,
    metadata: namedFields(named),
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}

/** Collapses the blanks between blocks, leaving code alone. */
function tidy(text: string): string {
  return normalizeLines(
    text
      .split(/(\n```\n[\s\S]*?\n```\n)/)
      .map((part, index) =>
        index % 2 === 1 ? part : part.replace(/(?<![ \t])[ \t]*\n[ \t]*/g, '\n').replace(/[ \t]{2,}/g, ' '),
      )
      .join('')
      .replace(/\n{3,}/g, '\n\n'),
  )
}
