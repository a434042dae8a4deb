import { plain } from './comparison/numbers.ts'

/** Text that Markdown and HTML leave alone. */
export const escaped = (text: string): string =>
  plain(text).replace(/[\\`*_{}[\]<>|~#&@]/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** A code span: nothing in it is Markdown, a mention or a tag. Backticks would end it, pipes the cell. */
export const code = (text: string): string => `\`${plain(text).replace(/[`|]/g, "'") || ' '}\``

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** Columns from the second on are figures when `figures` says so. */
export const table = (
  head: readonly string[],
  figures: readonly boolean[],
  rows: readonly (readonly string[])[],
): string[] => [line(head), line(head.map((_, i) => (figures[i] ? '---:' : ':---'))), ...rows.map(line)]
