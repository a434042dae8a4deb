import { planBatches, runBatches } from './batches.ts'
import type { Parity, ParityJob } from './parity-gate.ts'
import { parityTexts } from './parity-texts.ts'
import { readTokenizer } from './read-tokenizer.ts'
import { openSession, type Session } from './session.ts'
import { openTokenizer } from './tokenizer.ts'

/** node parity.js <job as JSON>: prints how near the vectors of a graph are to those of the reference. */
const { graph, reference, tokenizer, usage } = JSON.parse(process.argv[2]!) as ParityJob

const { encode } = await openTokenizer(await readTokenizer(tokenizer), usage.maxTokens)
const texts = parityTexts.map(encode)

/** Of texts of one length, for a graph that takes no others together. */
const cutTo = 12
const cut = texts
  .filter(({ length }) => length >= cutTo)
  .map((ids) => Int32Array.of(...ids.slice(0, cutTo - 1), ids.at(-1)!))

/** Vectors of `texts` in batches of `rows`, in the order given. */
async function vectorsOf({ run }: Session, texts: Int32Array[], rows: number): Promise<Float32Array[]> {
  const slab = await runBatches(
    texts,
    planBatches(
      texts.map(() => 0),
      { maxTexts: rows, tokenBudget: 0 },
    ),
    run,
  )
  const dims = slab.length / texts.length
  return texts.map((_, row) => slab.slice(row * dims, (row + 1) * dims))
}

/** One session after the other: under a limit of memory there may be room for one. */
async function withSession<Result>(graph: string, work: (session: Session) => Promise<Result>): Promise<Result> {
  const options = { threads: 0, arena: false, spin: true, device: 'cpu', pooling: usage.pooling } as const
  const session = await openSession({ graph, ...options })
  try {
    return await work(session)
  } finally {
    await session.release()
  }
}

const exact = await withSession(reference, async (session) => ({
  texts: await vectorsOf(session, texts, 1),
  cut: await vectorsOf(session, cut, 1),
}))
const cosines = await withSession(graph, async (session) => {
  // alone and in company: what depends on its neighbours shows
  const alone = await vectorsOf(session, texts, 1)
  const company = await vectorsOf(session, session.masked ? texts : cut, 4)
  const expected = session.masked ? exact.texts : exact.cut
  return [
    ...alone.map((vector, i) => dot(vector, exact.texts[i]!)),
    ...company.map((vector, i) => dot(vector, expected[i]!)),
  ]
})
const all = cosines.map((cosine) => (Number.isFinite(cosine) ? cosine : 0))
const parity: Parity = {
  mean: all.reduce((sum, cosine) => sum + cosine, 0) / all.length,
  min: Math.min(...all),
  texts: texts.length,
}
process.stdout.write(JSON.stringify(parity))

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}
