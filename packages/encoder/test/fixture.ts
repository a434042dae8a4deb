import { readFileSync } from 'node:fs'
import type { EncoderOptions } from '../src/index.ts'

export const plain: EncoderOptions = {
  precision: 'fp32',
  threads: 0,
  workers: 0,
  arena: true,
  weights: 'copy',
  device: 'cpu',
  batch: { maxTexts: 8, tokenBudget: 0 },
}

export const row = (slab: Float32Array, i: number) => slab.subarray(i * 384, (i + 1) * 384)

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** `count` paragraphs of real prose: licence texts and documentation installed with the dependencies. */
export function paragraphs(count: number): string[] {
  const files = ['protobufjs/README.md', '@huggingface/tokenizers/LICENSE', 'onnxruntime-node/README.md']
  const text = files
    .map((file) => readFileSync(new URL(`../node_modules/${file}`, import.meta.url), 'utf8'))
    .join('\n\n')
  return text
    .split(/\n\s*\n/)
    .filter((part) => part.length > 80)
    .slice(0, count)
    .map((part) => part.slice(0, 400))
}
