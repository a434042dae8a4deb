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

const open = (path: string) =>
  openSession({ graph: path, threads: 0, arena: false, spin: true, device: 'cpu', pooling: usage.pooling })
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

const [exact, converted] = [await open(reference), await open(graph)]
// alone and in company: what depends on its neighbours shows
const cosines = [[texts, 1] as const, [converted.masked ? texts : cut, 4] as const].map(async ([some, rows]) => {
  const expected = await vectorsOf(exact, some, 1)
  return (await vectorsOf(converted, some, rows)).map((vector, i) => dot(vector, expected[i]!))
})
const all = (await Promise.all(cosines)).flat().map((cosine) => (Number.isFinite(cosine) ? cosine : 0))
const parity: Parity = {
  mean: all.reduce((sum, cosine) => sum + cosine, 0) / all.length,
  min: Math.min(...all),
  texts: texts.length,
}
await Promise.all([exact.release(), converted.release()])
process.stdout.write(JSON.stringify(parity))

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}
