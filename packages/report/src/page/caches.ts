import { at, type Handoffs, lastLook, numberAt } from '../evidence.ts'
import { stack } from '../svg/stack.ts'
import { hitRates } from '../target-caches.ts'
import { percentText } from '../words.ts'
import { html, type Markup, type Part, section, table } from './html.ts'

/** What the caches answered beside what any cache could have. */
export function cacheSection({ tuner, cache }: Handoffs): Markup {
  const { measured, tune, bound } = hitRates(tuner, cache)
  const look = lastLook(cache)
  const sameEntries = numberAt(look, 'clairvoyantHitRate', 'sameEntries')
  const rows: Part[][] = [
    bar('Reached', tune, 'is', 'tune'),
    bar('Best possible, same entries', sameEntries, 'was', 'tune'),
    bar('Best possible, any size', bound, 'was', 'check'),
    bar('Reached by the final system', measured, 'is', 'check'),
  ]
  const [questions, distinct] = [numberAt(look, 'stream', 'questions'), numberAt(look, 'stream', 'distinct')]
  const stale = at(look, 'staleAnswers')
  const staleText =
    typeof stale === 'object'
      ? `${numberAt(stale, 'stale') ?? '?'} of ${numberAt(stale, 'asked') ?? '?'} answers were stale after documents changed.`
      : String(stale ?? 'Stale answers: not measured.')
  return section(
    'caches',
    'Caches',
    html`<p>A hit rate means little without its bound: a clairvoyant cache knows every later question (Belady’s MIN) and no exact cache can beat it on the same stream.
${questions !== undefined && ` The tune stream has ${questions} questions, ${distinct ?? '?'} of them different.`} ${staleText}</p>`,
    table(['Hit rate', 'Share of the stream', '', 'Stream'], rows, 'plot'),
  )
}

function bar(name: string, value: number | undefined, style: string, stream: string): Part[] {
  if (value === undefined) return [name, html`<span class="soft">not measured</span>`, '', stream]
  return [
    html`<span class="cell">${name}</span>`,
    html`<span class="cell ${style}">${stack([{ name, value, style: '' }], { label: `${name}: ${percentText(value, 1)}`, total: 1, height: 14 })}</span>`,
    percentText(value, 1),
    stream,
  ]
}
