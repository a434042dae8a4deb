import { differentTexts, type Facts, type Inspection } from '@tenfold/phase-kit'

const batchSizes = [1, 10, 50] as const
/** S1-3 asks for 100 texts; the quick profile embeds fewer and says so in `texts`. */
const wanted = 100

/** Embedding speed by batch size over different texts: the same text again and again would flatter any cache (S1-3). */
export async function inspectEmbedding({ target, dataset, profile, say }: Inspection): Promise<Facts> {
  if (!target.embed) return { details: { embedding: 'not available: the target does not embed texts' } }
  const texts = await differentTexts(dataset.docs(), Math.min(wanted, profile.embedTexts * 4))
  const samples: Record<string, number[]> = {}
  const docsPerSecond: Record<string, number> = {}
  for (const size of batchSizes) {
    say(`embedding ${texts.length} texts in batches of ${size}`)
    const perText: number[] = []
    const start = performance.now()
    for (let at = 0; at < texts.length; at += size) {
      const batch = texts.slice(at, at + size)
      const begin = performance.now()
      await target.embed(batch)
      perText.push((performance.now() - begin) / batch.length)
    }
    docsPerSecond[`batch${size}`] = texts.length / ((performance.now() - start) / 1000)
    samples[`embed.textMsAtBatch${size}`] = perText
  }
  return { details: { embedding: { texts: texts.length, docsPerSecond } }, samples }
}
