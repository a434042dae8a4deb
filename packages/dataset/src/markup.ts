/** HTML tags that may stand in Markdown. Other names in angle brackets, such as `<your-key>`, are prose. */
const htmlTags = new Set(
  (
    'a abbr b blockquote br center code dd del details div dl dt em figcaption figure font h1 h2 h3 h4 h5 h6 hr i ' +
    'iframe img input ins kbd li link mark ol p picture pre q s samp section small source span strong sub summary sup ' +
    'svg path table tbody td tfoot th thead tr u ul video audio'
  ).split(' '),
)

/** Keys whose strings are read by people, in attributes and in objects within them; the rest is layout and addresses. */
const proseAttributes = new Set(['title', 'description', 'text', 'label', 'alt', 'caption'])
const proseKeys = new Set([...proseAttributes, 'name', 'type', 'default'])

/** Code span, comment, or start of a tag; a capitalised tag does not open right after a word, type arguments do. */
const interesting = /(`+)|<!--|\{\/\*|<(?:\/|(?<!\w<)|(?=[a-z]))([A-Za-z][\w.]*)(?=[\s/>])|<\/?>/g

/**
 * Text without comments and tags, code spans untouched. With `components`, capitalised tags are tags too, and the
 * prose in their attributes is kept, one line for each object.
 */
export function stripTags(text: string, components: boolean): string {
  const output: string[] = []
  const unclosed = new Set<string>()
  let kept = 0
  let paragraphEnd = -1
  let spans = new Set<string>()
  const next = new RegExp(interesting)
  for (let found = next.exec(text); found; found = next.exec(text)) {
    const [token, ticks, name] = found
    if (ticks) {
      if (found.index > paragraphEnd) {
        paragraphEnd = orEnd(text.indexOf('\n\n', found.index), text)
        spans = new Set()
      }
      if (!spans.has(ticks)) {
        const end = endOfSpan(text, next.lastIndex, paragraphEnd, ticks)
        if (end < 0) spans.add(ticks)
        else next.lastIndex = end
      }
      continue
    }
    if (name && !htmlTags.has(name) && !(components && /^[A-Z]/.test(name))) continue
    if (!name && token.startsWith('<') && token !== '<!--' && !components) continue
    // A token that was not closed once is not closed further on either: never search for its end twice.
    const kind = name ? 'tag' : token
    if (unclosed.has(kind)) continue
    const end =
      token === '<!--'
        ? after(text, '-->', next.lastIndex)
        : token === '{/*'
          ? after(text, '*/}', next.lastIndex)
          : name
            ? endOfTag(text, next.lastIndex)
            : next.lastIndex
    if (end < 0) {
      unclosed.add(kind)
      continue
    }
    output.push(text.slice(kept, found.index))
    if (name && components && /^[A-Z]/.test(name)) output.push(attributeProse(text.slice(next.lastIndex, end)))
    kept = end
    next.lastIndex = end
  }
  output.push(text.slice(kept))
  return output.join('')
}

function orEnd(index: number, text: string): number {
  return index < 0 ? text.length : index
}

function after(text: string, mark: string, from: number): number {
  const index = text.indexOf(mark, from)
  return index < 0 ? -1 : index + mark.length
}

function endOfSpan(text: string, from: number, limit: number, ticks: string): number {
  const runs = /`+/g
  runs.lastIndex = from
  for (let run = runs.exec(text); run && run.index < limit; run = runs.exec(text)) {
    if (run[0] === ticks) return runs.lastIndex
  }
  return -1
}

/** Index after the `>` that ends a tag, past strings and braces; -1 when there is none. */
function endOfTag(text: string, from: number): number {
  let depth = 0
  for (let i = from; i < text.length; i++) {
    const char = text[i]
    if (char === '{') depth++
    else if (char === '}') depth--
    else if (char === '>' && depth <= 0) return i + 1
    else if (char === '"' || char === "'" || char === '`') {
      const end = endOfString(text, i)
      if (end > 0) i = end
    }
  }
  return -1
}

function endOfString(text: string, start: number): number {
  const quote = text[start]
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === quote) return i
    else if (text[i] === '\n' && quote === "'") return -1
  }
  return -1
}

const stringValue =
  /\{(?=\s*\w+:)|\b(\w+)\s*([:=])\s*\{?\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/g

/** The readable strings of a tag's attributes: those of one object on one line, as `name: type: description`. */
function attributeProse(attributes: string): string {
  const lines: string[][] = [[]]
  for (const [token, key, relation, ...values] of attributes.matchAll(stringValue)) {
    if (token.startsWith('{')) lines.push([])
    else if (key && (relation === ':' ? proseKeys : proseAttributes).has(key)) {
      const value = values.find((text) => text !== undefined) ?? ''
      lines.at(-1)!.push(value.replace(/\\(.)/g, '$1').trim())
    }
  }
  const text = lines
    .filter((line) => line.length > 0)
    .map((line) => (lines.length > 1 ? `- ${line.join(': ')}` : line.join(': ')))
  return text.length > 0 ? `\n${text.join('\n')}\n` : ''
}
