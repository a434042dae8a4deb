import { packBatch } from './batches.ts'
import type { Parity, ParityJob } from './parity-gate.ts'
import { parityTexts } from './parity-texts.ts'
import { readTokenizer } from './read-tokenizer.ts'
import { openSession } from './session.ts'
import { openTokenizer } from './tokenizer.ts'

/** node parity.js <job as JSON>: prints how near the vectors of a graph are to those of the reference. */
const { graph, reference, tokenizer, usage } = JSON.parse(process.argv[2]!) as ParityJob

const { encode } = await openTokenizer(await readTokenizer(tokenizer), usage.maxTokens)
const texts = parityTexts.map(encode)

/** Vectors of batches of `rows` texts in the order given, padded to the longest. */
async function vectorsOf(path: string, rows: number): Promise<Float32Array[]> {
  const session = await openSession({
    graph: path,
    threads: 0,
    arena: false,
    spin: true,
    device: 'cpu',
    pooling: usage.pooling,
  })
  const vectors: Float32Array[] = []
  for (let from = 0; from < texts.length; from += rows) {
    const batch = packBatch(texts.slice(from, from + rows))
    const slab = await session.run(batch)
    const dims = slab.length / batch.rows
    for (let row = 0; row < batch.rows; row++) vectors.push(slab.slice(row * dims, (row + 1) * dims))
  }
  await session.release()
  return vectors
}

const exact = await vectorsOf(reference, 1)
// alone and in padded company: what depends on its neighbours shows
const cosines = [1, 4].map(async (rows) => (await vectorsOf(graph, rows)).map((vector, i) => dot(vector, exact[i]!)))
const all = (await Promise.all(cosines)).flat().map((cosine) => (Number.isFinite(cosine) ? cosine : 0))
const parity: Parity = {
  mean: all.reduce((sum, cosine) => sum + cosine, 0) / all.length,
  min: Math.min(...all),
  texts: texts.length,
}
process.stdout.write(JSON.stringify(parity))

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}
