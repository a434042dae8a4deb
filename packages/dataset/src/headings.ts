/** A line that opens or closes a fenced code block; group 1 is the fence. */
const fence = /^ {0,12}(`{3,}|~{3,})/
const heading = /^(#{1,6})[ \t]+(\S.*)$/

/** Longer lines are no headings, whatever they start with, in characters. */
const maxHeadingLength = 400

/** The level (1 to 6) and words of a heading line; undefined for any other line. */
export function readHeading(line: string): { level: number; words: string } | undefined {
  if (line.length > maxHeadingLength) return undefined
  const found = heading.exec(line)
  return found ? { level: found[1]!.length, words: found[2]!.trimEnd() } : undefined
}

/** Text in alternating runs of prose and fenced code; joined by line breaks they are the text again. */
export function splitFences(text: string): { code: boolean; text: string }[] {
  const parts: { code: boolean; lines: string[] }[] = []
  let open: string | undefined
  for (const line of text.split('\n')) {
    const mark = fence.exec(line)?.[1]
    const opens = open === undefined && mark !== undefined
    const code = open !== undefined || opens
    const last = parts.at(-1)
    if (last === undefined || last.code !== code || opens) parts.push({ code, lines: [line] })
    else last.lines.push(line)
    if (opens) open = mark
    else if (open !== undefined && mark?.startsWith(open) && line.trim() === mark) open = undefined
  }
  return parts.map(({ code, lines }) => ({ code, text: lines.join('\n') }))
}
