import { PipelineError } from '@tenfold/contracts'
import { type InferenceSession, Tensor } from 'onnxruntime-node'
import type { Batch } from './batches.ts'
import type { Pooling } from './bert.ts'

const outputs = ['sentence_embedding', 'last_hidden_state'] as const
const known = ['input_ids', 'attention_mask', 'token_type_ids']

/** Whether a graph takes what exporters of the model hub call their inputs. */
export const isExported = ({ inputNames }: InferenceSession): boolean => inputNames.includes('input_ids')

/** Runs a graph somebody else exported; pools and normalises outside of it. Throws MODEL_UNAVAILABLE where names are missing. */
export function runExported(session: InferenceSession, path: string, pooling: Pooling) {
  const output = outputs.find((name) => session.outputNames.includes(name))
  const strange = session.inputNames.filter((name) => !known.includes(name))
  const missing = session.inputNames.includes('attention_mask') ? [] : ['attention_mask']
  if (!output) missing.push(outputs.join(' or '))
  if (!output || missing.length > 0 || strange.length > 0) {
    const has = `inputs ${session.inputNames.join(', ')}; outputs ${session.outputNames.join(', ')}`
    const wrong = [...missing.map((name) => `has no ${name}`), ...strange.map((name) => `wants ${name}`)].join(', ')
    const hint = 'export it for feature extraction: input_ids, attention_mask (and token_type_ids) to last_hidden_state'
    throw new PipelineError('MODEL_UNAVAILABLE', `${path} ${wrong} (${has})`, hint)
  }
  const wide = session.inputMetadata.every((input) => !input.isTensor || input.type === 'int64')
  return async ({ ids, mask, rows, length }: Batch): Promise<Float32Array> => {
    const tensor = (values: Int32Array<ArrayBuffer>) =>
      wide
        ? new Tensor('int64', BigInt64Array.from(values, BigInt), [rows, length])
        : new Tensor('int32', values, [rows, length])
    const feeds: Record<string, Tensor> = { input_ids: tensor(ids), attention_mask: tensor(mask) }
    if (session.inputNames.includes('token_type_ids')) feeds.token_type_ids = tensor(new Int32Array(rows * length))
    const result = (await session.run(feeds))[output]!
    const values = result.data as Float32Array
    const dims = result.dims.at(-1)!
    return output === 'sentence_embedding'
      ? normalize(Float32Array.from(values), dims)
      : normalize(pool(values, { rows, length, dims }, pooling === 'mean' ? mask : undefined), dims)
  }
}

interface Size {
  rows: number
  length: number
  dims: number
}

/** The sum of the tokens in `mask`, or the first token of each row. */
function pool(states: Float32Array, { rows, length, dims }: Size, mask?: Int32Array): Float32Array {
  const vectors = new Float32Array(rows * dims)
  for (let row = 0; row < rows; row++) {
    const vector = vectors.subarray(row * dims, (row + 1) * dims)
    for (let token = 0; token < (mask ? length : 1); token++) {
      if (mask && mask[row * length + token] === 0) continue
      const at = (row * length + token) * dims
      for (let i = 0; i < dims; i++) vector[i]! += states[at + i]!
    }
  }
  return vectors
}

function normalize(vectors: Float32Array, dims: number): Float32Array {
  for (let from = 0; from < vectors.length; from += dims) {
    let sum = 0
    for (let i = from; i < from + dims; i++) sum += vectors[i]! ** 2
    const length = Math.sqrt(sum) || 1
    for (let i = from; i < from + dims; i++) vectors[i]! /= length
  }
  return vectors
}
