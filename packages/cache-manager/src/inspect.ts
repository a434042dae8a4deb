import type { Doc, Question, Target } from '@tenfold/contracts'
import { seededRandom } from '@tenfold/measure'
import { type Facts, first, type Inspection, questionStream } from '@tenfold/phase-kit'
import { clairvoyantHitRate } from './clairvoyant.ts'
import { normalizeQuestion } from './keys.ts'

/** Hit rate beside what any cache could reach on the same stream, and whether a changed document is ever answered from before. */
export async function inspectCaches({ target, config, dataset, profile, say }: Inspection): Promise<Facts> {
  const questions = questionStream(dataset.questions, profile.streamLength, seededRandom(profile.streamLength))
  const keys = questions.map(({ text }) => normalizeQuestion(text))
  await target.reset?.('cache')
  let hits = 0
  for (const { text } of questions) if ((await target.query({ text })).cacheHit) hits++
  const perCache = (await target.cacheStats?.()) ?? {}
  say('changing a document under the caches')
  const stale = target.ingest ? await staleAnswers(target, dataset.docs(), dataset.questions) : null
  return {
    details: {
      stream: {
        questions: questions.length,
        distinct: new Set(keys).size,
        law: 'Zipf, exponent 1, over groups of equal meaning',
      },
      hitRate: hits / questions.length,
      clairvoyantHitRate: {
        sameEntries: clairvoyantHitRate(keys, config['cache.queryEntries']),
        unlimited: clairvoyantHitRate(keys, keys.length),
      },
      perCache,
      staleAnswers: stale ?? 'not available: the target takes no documents',
    },
    ...(stale && stale.stale > 0
      ? { warnings: [`${stale.stale} of ${stale.asked} answers were stale after a document changed`] }
      : {}),
  }
}

const documentsChanged = 3

/** Warms the caches, rewrites documents, asks again: how many results differ from those of a system without caches? */
async function staleAnswers(
  target: Target,
  docs: AsyncIterable<Doc>,
  questions: readonly Question[],
): Promise<{ asked: number; stale: number }> {
  const asked = questions.slice(0, 20)
  for (const { text } of asked) await target.query({ text })
  const marker = asked.map(({ text }) => text).join('\n\n')
  for await (const doc of first(docs, documentsChanged))
    await target.ingest?.(one({ ...doc, text: `${marker}\n\n${doc.text}` }))
  let stale = 0
  for (const { text } of asked) {
    const cached = await target.query({ text })
    const fresh = await target.query({ text, bypassCache: true })
    const plain = (result: typeof cached) =>
      JSON.stringify(result.passages.map((passage) => [passage.docId, passage.text]))
    if (plain(cached) !== plain(fresh)) stale++
  }
  return { asked: asked.length, stale }
}

async function* one(doc: Doc): AsyncGenerator<Doc> {
  yield doc
}
