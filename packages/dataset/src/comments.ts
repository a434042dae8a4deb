import type { Parsed } from './parsed.ts'

interface Found {
  text: string
  /** Index after the last line of the comment. */
  end: number
}

/** Reads the comment that begins at a line, if a documenting one does. */
type Reader = (lines: readonly string[], start: number) => Found | undefined

interface Language {
  readers: Reader[]
  /** Where a line like this does not follow, it is no documentation. */
  declares?: RegExp
}

const block = blockReader(/^\s*\/\*\*(?!\/|\*)/)
const blockOrBang = blockReader(/^\s*\/\*(?:\*(?!\/|\*)|!)/)
const script: Language = { readers: [block] }
const c: Language = { readers: [blockOrBang, lineReader(/^\s*\/\/[/!](?!\/) ?/)] }

const languages = new Map<string, Language>([
  ...['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.java'].map((kind) => [kind, script] as const),
  ...['.c', '.h', '.cc', '.cpp', '.cxx', '.hpp', '.hh'].map((kind) => [kind, c] as const),
  ['.rs', c],
  ['.go', { readers: [lineReader(/^\/\/(?!go:|\s*\+build) ?/)], declares: /^(?:func|type|var|const|package)\b/ }],
])

/** Extensions of source code whose documenting comments are read. */
export const codeKinds: readonly string[] = [...languages.keys(), '.py']

/** Lines between a comment and what it documents. */
const decoration = /^\s*(?:@\w|#\[|\[\[|template\s*<|$)/

/**
 * The documentation in source code: each documenting comment under the line it stands for, as a heading. Known by its
 * beginning on a line of its own (`/**`, `///`; in Go a `//` right above a declaration; in Python a docstring).
 */
export function parseComments(source: string, kind: string): Parsed {
  const lines = source.replace(/\r\n?/g, '\n').split('\n')
  const found = kind === '.py' ? docstrings(lines) : comments(lines, languages.get(kind)!)
  const text = found.map(({ symbol, text }) => (symbol === '' ? text : `## ${symbol}\n${text}`)).join('\n\n')
  return { title: undefined, text }
}

interface Documented {
  symbol: string
  text: string
}

function comments(lines: readonly string[], { readers, declares }: Language): Documented[] {
  const found: Documented[] = []
  for (let at = 0; at < lines.length; at++) {
    const comment = readers.map((read) => read(lines, at)).find((each) => each !== undefined)
    if (comment === undefined) continue
    at = comment.end - 1
    let next = comment.end
    while (!declares && next < lines.length && decoration.test(lines[next]!)) next++
    const line = lines[next] ?? ''
    if (comment.text === '' || (declares && !declares.test(line))) continue
    const isComment = readers.some((read) => read(lines, next) !== undefined)
    found.push({ symbol: isComment ? '' : symbolOf(line), text: comment.text })
  }
  return found
}

function docstrings(lines: readonly string[]): Documented[] {
  const first = lines.findIndex((line) => !/^\s*(?:#|$)/.test(line))
  const whole = first < 0 ? undefined : docstring(lines, first)
  const found = whole === undefined ? [] : [{ symbol: '', text: whole }]
  for (const [at, line] of lines.entries()) {
    if (!/^\s*(?:async\s+def|def|class)\s/.test(line)) continue
    // A signature may take several lines; it ends with a colon.
    let end = at
    while (end < lines.length - 1 && end < at + 40 && !/:\s*(?:#.*)?$/.test(lines[end]!)) end++
    let body = end + 1
    while (body < lines.length && lines[body]!.trim() === '') body++
    const text = docstring(lines, body)
    if (text !== undefined) found.push({ symbol: symbolOf(line), text })
  }
  return found.filter(({ text }) => text !== '')
}

function docstring(lines: readonly string[], at: number): string | undefined {
  const [, quotes] = /^\s*[rRuU]?("""|''')/.exec(lines[at] ?? '') ?? []
  if (quotes === undefined) return undefined
  const text: string[] = [lines[at]!.slice(lines[at]!.indexOf(quotes) + 3)]
  while (!text.at(-1)!.includes(quotes) && at + text.length < lines.length) text.push(lines[at + text.length]!)
  text.push(text.pop()!.split(quotes)[0]!)
  return text
    .map((line) => line.trim())
    .join('\n')
    .trim()
}

function blockReader(opening: RegExp): Reader {
  return (lines, start) => {
    const [opened] = opening.exec(lines[start] ?? '') ?? []
    if (opened === undefined) return undefined
    const text: string[] = []
    let end = start
    for (let line = lines[start]!.slice(opened.length); ; line = lines[end]!.replace(/^\s*\*(?!\/) ?/, '')) {
      const close = line.indexOf('*/')
      text.push((close < 0 ? line : line.slice(0, close)).trimEnd())
      end++
      if (close >= 0 || end >= lines.length) break
    }
    return { text: text.join('\n').trim(), end }
  }
}

function lineReader(mark: RegExp): Reader {
  return (lines, start) => {
    let end = start
    while (end < lines.length && mark.test(lines[end]!)) end++
    if (end === start) return undefined
    const text = lines.slice(start, end).map((line) => line.replace(mark, ''))
    return { text: text.join('\n').trim(), end }
  }
}

/** The declaration without what opens its body. */
const symbolOf = (line: string): string =>
  line
    .trim()
    .replace(/\s*(?:\{|=>?|:)\s*$/, '')
    .slice(0, 200)
