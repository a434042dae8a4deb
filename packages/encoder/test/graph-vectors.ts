import { planBatches, runBatches } from '../src/batches.ts'
import { ensureGraph, type GraphRequest } from '../src/graph-cache.ts'
import { openSession } from '../src/session.ts'
import type { TextTokenizer } from '../src/tokenizer.ts'

const cpu = { threads: 1, arena: true, spin: false, device: 'cpu', pooling: 'mean' } as const

/** Vectors by a graph that is made, packed and opened as asked. */
export async function graphVectors(
  request: GraphRequest,
  tokenizer: TextTokenizer,
  texts: string[],
): Promise<Float32Array[]> {
  const session = await openSession({ graph: await ensureGraph(request), ...cpu })
  const tokens = texts.map(tokenizer.encode)
  const lengths = tokens.map((ids) => ids.length)
  const batches = planBatches(lengths, { maxTexts: 32, tokenBudget: 0 }, !session.masked)
  const slab = await runBatches(tokens, batches, session.run)
  await session.release()
  const dims = slab.length / texts.length
  return texts.map((_, i) => slab.subarray(i * dims, (i + 1) * dims))
}

export const worstOf = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)))

/** A padded text, the longest, and none at all. */
export const unlike = ['hello world', 'A longer text must not leak into a padded one.', '']
