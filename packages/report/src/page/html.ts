/** A piece of HTML or SVG whose text is already escaped. */
export interface Markup {
  readonly markup: string
}

export type Part = Markup | string | number | false | null | undefined | readonly Part[]

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export const escapeText = (text: string): string => text.replace(/[&<>"']/g, (letter) => entities[letter]!)

/** A template whose every value is escaped, unless it came out of this template itself. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return { markup: strings.map((text, i) => text + render(parts[i])).join('') }
}

function render(part: Part): string {
  if (part === false || part === null || part === undefined) return ''
  if (typeof part === 'string') return escapeText(part)
  if (typeof part === 'number') return String(part)
  if ('markup' in part) return part.markup
  return part.map(render).join('')
}

/** Kept on one line: a figure and its unit belong together. */
export const whole = (part: Part): Markup => html`<span class="whole">${part}</span>`

/** A section with its heading; `id` is what the page's own links lead to. */
export const section = (id: string, title: string, ...parts: Part[]): Markup =>
  html`<section id="${id}"><h2>${title}</h2>${parts}</section>`

/** A table that becomes one card a row on a narrow screen: each cell carries the heading of its column. */
export function table(head: readonly string[], rows: readonly (readonly Part[])[], style = ''): Markup {
  return html`<table class="${style}"><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, i) => html`<td data-label="${head[i]}">${cell}</td>`)}</tr>\n`)}</tbody></table>`
}
