import { readHeading, splitFences } from './headings.ts'
import { stripTags } from './markup.ts'
import { namedFields } from './metadata.ts'
import type { Parsed } from './parsed.ts'
import { normalizeLines } from './text.ts'

/**
 * Markdown to plain text: headings stay as `#` lines, fenced code stays as it is, links keep their words, HTML tags go.
 * `mdx` also drops imports, exports and component tags, keeping the prose written into their attributes. The title is
 * that of the front matter, else the first heading; a front matter title and description lead the text.
 */
export function parseMarkdown(source: string, mdx: boolean): Parsed {
  const { fields: all, body } = splitFrontMatter(normalizeLines(source))
  const fields = { title: all.get('title'), description: all.get('description') }
  const text = splitFences(body)
    .map((part) => (part.code ? part.text : cleanProse(part.text, mdx)))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  const first = firstHeading(text)
  const title = fields.title ?? first
  const lead = [
    fields.title !== undefined && first !== fields.title ? `# ${fields.title}` : '',
    fields.description ?? '',
  ]
  return {
    title,
    text: first === fields.title ? insertAfterTitle(text, lead[1]!) : join([...lead, text]),
    metadata: namedFields(all),
  }
}

function join(blocks: string[]): string {
  return blocks.filter((block) => block !== '').join('\n\n')
}

/** Puts the description under the heading when the text opens with it. */
function insertAfterTitle(text: string, description: string): string {
  if (!text.startsWith('#')) return join([description, text])
  const end = text.indexOf('\n')
  return end < 0 ? join([text, description]) : join([text.slice(0, end), description, text.slice(end).trim()])
}

function firstHeading(text: string): string | undefined {
  for (const part of splitFences(text)) {
    if (part.code) continue
    for (const line of part.text.split('\n')) {
      const found = readHeading(line)
      if (found) return found.words
    }
  }
  return undefined
}

const moduleStatement =
  /^(?:import\s[^;'"]{0,1000}?\sfrom\s+['"][^'"\n]*['"].*|import\s+['"].*|export\s+(?:const|default|let)\s.*)$/gm

function cleanProse(prose: string, mdx: boolean): string {
  return stripTags(mdx ? prose.replace(moduleStatement, '') : prose, mdx)
    .replace(/!?\[([^[\]]{0,2000})\]\([^()\s]{0,2000}(?:[ \t]+"[^"\n]{0,2000}")?\)/g, '$1')
    .replace(/^([^\n#>|`\-*+ ][^\n]*)\n(=+|-{2,})[ \t]*$/gm, (_, words: string, rule: string) =>
      rule.startsWith('=') ? `# ${words}` : `## ${words}`,
    )
    .replace(/^ {1,3}(#{1,6}[ \t])/gm, '$1')
    .replace(/(?<![ \t])[ \t]+$/gm, '')
}

/** The block between `---` lines at the very start: its fields of one line each, and what follows it. */
function splitFrontMatter(text: string): { fields: Map<string, string>; body: string } {
  const block = /^---[ \t]*\n([\s\S]*?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/.exec(text)
  const fields = new Map<string, string>()
  if (!block) return { fields, body: text }
  for (const line of block[1]!.split('\n')) {
    const field = /^([\w.-]+):[ \t]*([^\s[{|>&*!#].*)$/.exec(line)
    if (field) fields.set(field[1]!, unquote(field[2]!.trim()))
  }
  return { fields, body: text.slice(block[0].length) }
}

function unquote(value: string): string {
  const quoted = /^(["'])(.*)\1$/.exec(value)
  return quoted ? quoted[2]!.replaceAll(`${quoted[1]}${quoted[1]}`, quoted[1]!) : value
}
