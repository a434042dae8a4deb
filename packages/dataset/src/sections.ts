import { readHeading, splitFences } from './headings.ts'

/** A run of text under one heading. */
export interface Section {
  /** Headings from the outermost to the one right above the text. */
  path: string[]
  /** How many headings at the end of `path` have no text of their own before this section. */
  fresh: number
  /** Prose and fenced code in order; empty for headings that nothing follows. */
  parts: { code: boolean; text: string }[]
}

/** Text cut at its headings (`#` lines outside fenced code). Every heading is fresh in exactly one section. */
export function splitSections(text: string): Section[] {
  const sections: Section[] = []
  const open: { level: number; words: string }[] = []
  let fresh = 0
  let parts: Section['parts'] = []
  let lines: string[] = []
  const endProse = () => {
    const prose = lines.join('\n').trimEnd()
    if (prose !== '') parts.push({ code: false, text: prose })
    lines = []
  }
  const endSection = () => {
    endProse()
    if (parts.length === 0 && fresh === 0) return
    sections.push({ path: open.map(({ words }) => words), fresh, parts })
    parts = []
    fresh = 0
  }
  for (const part of splitFences(text)) {
    if (part.code) {
      endProse()
      parts.push(part)
      continue
    }
    for (const line of part.text.split('\n')) {
      const heading = readHeading(line)
      if (!heading) {
        lines.push(line)
        continue
      }
      endProse()
      // Headings right under one another wait for the first text below them, unless this one closes them.
      const nested = open.length === 0 || heading.level > open.at(-1)!.level
      if (parts.length > 0 || !nested) endSection()
      while (open.length > 0 && open.at(-1)!.level >= heading.level) open.pop()
      open.push(heading)
      fresh++
    }
  }
  endSection()
  return sections
}
