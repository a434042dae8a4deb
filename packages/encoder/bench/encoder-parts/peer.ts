import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { env, pipeline } from '@huggingface/transformers'
import { bertModels } from '../../src/bert.ts'
import type { ModelSource } from '../../src/model-source.ts'
import { writeModel } from '../../src/write-model.ts'

const name = 'all-MiniLM-L6-v2'
const shape = bertModels[name]

/**
 * transformers.js with the same weights, as its documentation shows: feature extraction on the CPU, mean pooling, normalised, fp32 (its
 * default in Node). It gets the graph ONNX Runtime makes of a standard export, operators fused, so that it does not pay for an unlucky export.
 */
export async function openPeer(source: ModelSource, scratch: string) {
  if (!('safetensors' in source.file)) throw new TypeError('the peer needs the weights of the known model')
  const folder = path.join(scratch, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(path.join(folder, 'onnx'), { recursive: true })
  await writeModel({
    safetensors: source.file.safetensors,
    shape,
    precision: 'fp32',
    vocabulary: 'fused',
    head: 'tokens',
    folder: path.join(folder, 'onnx'),
    files: { graph: 'model.onnx', weights: 'model.onnx_data' },
    levels: 127,
  })
  copyFileSync(source.tokenizer, path.join(folder, 'tokenizer.json'))
  const write = (file: string, content: object) => writeFileSync(path.join(folder, file), JSON.stringify(content))
  write('tokenizer_config.json', {
    tokenizer_class: 'BertTokenizer',
    model_max_length: shape.maxTokens,
    do_lower_case: true,
    pad_token: '[PAD]',
    unk_token: '[UNK]',
    cls_token: '[CLS]',
    sep_token: '[SEP]',
    mask_token: '[MASK]',
  })
  write('config.json', {
    architectures: ['BertModel'],
    model_type: 'bert',
    hidden_size: shape.hidden,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    max_position_embeddings: 512,
    'transformers.js_config': { use_external_data_format: true },
  })
  env.allowRemoteModels = false
  env.localModelPath = scratch
  const extract = await pipeline('feature-extraction', name, { dtype: 'fp32', device: 'cpu' })
  return {
    async embed(texts: string[], batch: number): Promise<Float32Array> {
      const slab = new Float32Array(texts.length * shape.hidden)
      for (let from = 0; from < texts.length; from += batch) {
        const output = await extract(texts.slice(from, from + batch), { pooling: 'mean', normalize: true })
        slab.set(output.data as Float32Array, from * shape.hidden)
      }
      return slab
    },
    close: () => extract.dispose(),
  }
}
