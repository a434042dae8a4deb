import { html, type Markup } from '../page/html.ts'

export interface Part {
  name: string
  value: number
  /** Class that colours it. */
  style: string
}

export interface StackOptions {
  label: string
  /** What the whole width stands for, in the unit of the values. */
  total: number
  /** Where the first part begins. */
  offset?: number
  height?: number
}

/** Parts of a whole side by side, left to right; too small to see is left out of the picture, never of the table beside it. */
export function stack(parts: readonly Part[], { label, total, offset = 0, height = 22 }: StackOptions): Markup {
  const percent = (value: number) => (total > 0 ? Math.round((10_000 * value) / total) / 100 : 0)
  const starts = parts.map((_, i) => parts.slice(0, i).reduce((sum, part) => sum + part.value, offset))
  const bars = parts.map(({ name, value, style }, i) =>
    percent(value) < 0.05
      ? ''
      : html`<rect class="${style}" x="${percent(starts[i]!)}%" width="${percent(value)}%" y="0" height="${height}"><title>${name}</title></rect>`,
  )
  return html`<svg class="stack" width="100%" height="${height}" role="img"><title>${label}</title>${bars}</svg>`
}
