/** Width of what is printed. */
export const columns = 100

const codes = { bold: 1, dim: 2, green: 32, yellow: 33 } as const
export type Paint = (style: keyof typeof codes, text: string) => string

export const painter =
  (color: boolean): Paint =>
  (style, text) =>
    color && text ? `\x1b[${codes[style]}m${text}\x1b[0m` : text

/** `text` as a column of `width`; a longer one keeps a space behind it. */
export const fit = (text: string, width: number): string => (text.length < width ? text.padEnd(width) : `${text} `)

/** `text` in lines of at most `width`; a word longer than that is cut. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of printable(text).split(/\s+/).filter(Boolean)) {
    for (let rest = word; rest; rest = rest.slice(width)) {
      const piece = rest.slice(0, width)
      const last = lines.at(-1)
      if (last !== undefined && last.length + 1 + piece.length <= width) lines[lines.length - 1] = `${last} ${piece}`
      else lines.push(piece)
    }
  }
  return lines
}

/** Without control characters: what a target says of itself must not drive the terminal. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, ' ')
