import { quantile } from '@tenfold/measure'
import { html, type Markup, type Part } from '../page/html.ts'
import { histogram, linearScale, type Scale } from './scale.ts'

const bins = 48
const height = 46

/** From this many values on a histogram tells more than the values themselves. */
const manyValues = 30

/** Where values lie: a histogram with its median and p95, or every single value when they are few. */
export function spread(
  values: readonly number[],
  range: readonly [number, number],
  style: string,
  label: string,
): Markup {
  const scale = linearScale(range[0], range[1])
  const marks = values.length >= manyValues ? bars(values, range) : dots(values, scale)
  const tail =
    values.length >= manyValues &&
    html`<line class="tail" x1="${scale(quantile(values, 0.95))}%" x2="${scale(quantile(values, 0.95))}%" y1="0" y2="${height}"/>`
  const middle = scale(quantile(values, 0.5))
  return html`<svg class="spread ${style}" width="100%" height="${height}" role="img"><title>${label}</title>${marks}${tail}
<line class="median" x1="${middle}%" x2="${middle}%" y1="0" y2="${height}"/><line class="floor" x1="0" x2="100%" y1="${height - 0.5}" y2="${height - 0.5}"/></svg>`
}

function bars(values: readonly number[], range: readonly [number, number]): Part {
  const counts = histogram(values, range[0], range[1], bins)
  const most = Math.max(...counts)
  return counts.map((count, i) => {
    const tall = Math.round((count / most) * (height - 4) * 10) / 10
    return (
      count > 0 &&
      html`<rect x="${(100 * i) / bins}%" width="${100 / bins - 0.2}%" y="${height - tall}" height="${tall}"/>`
    )
  })
}

const dots = (values: readonly number[], scale: Scale): Part =>
  values.map((value) => html`<circle cx="${scale(value)}%" cy="${height / 2}" r="4.5"/>`)

/** Both states on one axis, from the smallest to the 99th percentile: one straggler must not flatten the rest. */
export function sharedRange(...lists: readonly (readonly number[])[]): [number, number] {
  const low = Math.min(...lists.map((values) => quantile(values, 0)))
  const high = Math.max(
    ...lists.map((values) => (values.length >= manyValues ? quantile(values, 0.99) : quantile(values, 1))),
  )
  const room = (high - low) * 0.04
  return [low - room, high + room]
}
