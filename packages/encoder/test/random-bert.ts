import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const shape = { layers: 2, hidden: 64, heads: 4 }
const [words, positions, wide] = [30_522, 128, 128]

function randomSource(seed: number) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return state / 2 ** 31 - 1
  }
}

/** A small BERT with random weights as a safetensors file, laid out by the format's description. `prefix`: before each name. */
export function randomSafetensors(seed: number, prefix = ''): Buffer {
  const { hidden, layers } = shape
  const random = randomSource(seed)
  const header: Record<string, object> = {}
  const blobs: Buffer[] = []
  let end = 0
  const add = (name: string, dims: number[], scale: number, offset = 0) => {
    const length = dims.reduce((product, size) => product * size, 1)
    const values = Float32Array.from({ length }, () => offset + scale * random())
    header[prefix + name] = { dtype: 'F32', shape: dims, data_offsets: [end, (end += values.byteLength)] }
    blobs.push(Buffer.from(values.buffer))
  }
  const norm = (name: string) => {
    add(`${name}.weight`, [hidden], 0.2, 1)
    add(`${name}.bias`, [hidden], 0.2)
  }
  const dense = (name: string, outputs: number, inputs: number) => {
    add(`${name}.weight`, [outputs, inputs], 0.3)
    add(`${name}.bias`, [outputs], 0.2)
  }
  add('embeddings.word_embeddings.weight', [words, hidden], 1)
  add('embeddings.position_embeddings.weight', [positions, hidden], 0.5)
  add('embeddings.token_type_embeddings.weight', [2, hidden], 0.5)
  norm('embeddings.LayerNorm')
  for (let layer = 0; layer < layers; layer++) {
    const at = `encoder.layer.${layer}`
    for (const part of ['query', 'key', 'value']) dense(`${at}.attention.self.${part}`, hidden, hidden)
    dense(`${at}.attention.output.dense`, hidden, hidden)
    norm(`${at}.attention.output.LayerNorm`)
    dense(`${at}.intermediate.dense`, wide, hidden)
    dense(`${at}.output.dense`, hidden, wide)
    norm(`${at}.output.LayerNorm`)
  }
  const json = Buffer.from(JSON.stringify(header))
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([bytes, json, ...blobs])
}

const config = {
  model_type: 'bert',
  num_hidden_layers: shape.layers,
  hidden_size: shape.hidden,
  num_attention_heads: shape.heads,
  max_position_embeddings: positions,
  layer_norm_eps: 1e-12,
  hidden_act: 'gelu',
}

/** A folder as sentence-transformers writes one. A file given as null is left out. */
export function modelFolder(tokenizer: string, files: Record<string, Buffer | object | null> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenfold-model-'))
  copyFileSync(tokenizer, join(folder, 'tokenizer.json'))
  mkdirSync(join(folder, '1_Pooling'))
  const all = { 'model.safetensors': randomSafetensors(1), 'config.json': config, ...files }
  for (const [name, content] of Object.entries(all)) {
    if (content) writeFileSync(join(folder, name), Buffer.isBuffer(content) ? content : JSON.stringify(content))
  }
  return folder
}

export const withConfig = (changes: object) => ({ 'config.json': { ...config, ...changes } })
export const cls = { '1_Pooling/config.json': { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false } }
