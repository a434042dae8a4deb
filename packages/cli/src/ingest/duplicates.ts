import type { Duplicates } from '@tenfold/rag'

/** Cosine from which two passages are told as near duplicates. */
export const similarEnough = 0.95
/** Lines printed; `--json` has more. */
const shownPairs = 20

export function describeDuplicates({ pairs, found, chunks, compared }: Duplicates): string {
  const among = compared < chunks ? `a sample of ${compared} of ${chunks} chunks` : `${chunks} chunks`
  const head = `${found} pairs at least ${100 * similarEnough} % alike among ${among}`
  const rows = pairs.slice(0, shownPairs).map(({ cosine, a, b }) => {
    return `  ${cosine.toFixed(3)}  ${a.docId} ≈ ${b.docId}  ${JSON.stringify(opening(a.text))}`
  })
  const more = found > shownPairs ? [`  … ${found - shownPairs} more${found > pairs.length ? '' : ', see --json'}`] : []
  return [head, ...rows, ...more].join('\n')
}

const opening = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 60)
