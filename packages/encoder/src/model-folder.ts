import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, PipelineError } from '@tenfold/contracts'
import type { BertModel, Pooling } from './bert.ts'

type Json = Record<string, unknown>

/**
 * Shape and usage of the BERT model in `folder`, from the files sentence-transformers writes: config.json, and where there are such
 * 1_Pooling/config.json, sentence_bert_config.json (longest text) and config_sentence_transformers.json (prefixes).
 * `pooling` stands in for a missing 1_Pooling/config.json.
 */
export async function readFolder(folder: string, pooling?: Pooling): Promise<BertModel> {
  const config = await readJson(join(folder, 'config.json'))
  if (!config) throw unusable(`there is no ${join(folder, 'config.json')}`)
  const wanted = { model_type: 'bert', hidden_act: 'gelu', position_embedding_type: 'absolute' }
  for (const [key, value] of Object.entries(wanted)) {
    if (key === 'model_type' ? config[key] !== value : (config[key] ?? value) !== value)
      throw unusable(`${folder}/config.json: ${key} is ${JSON.stringify(config[key])}, not ${JSON.stringify(value)}`)
  }
  const size = (key: string): number => {
    const value = config[key]
    if (!Number.isSafeInteger(value) || (value as number) < 1)
      throw unusable(`${folder}/config.json: ${key} is ${JSON.stringify(value)}, not a positive whole number`)
    return value as number
  }
  const [hidden, heads] = [size('hidden_size'), size('num_attention_heads')]
  if (hidden % heads !== 0)
    throw unusable(`${folder}/config.json: ${hidden} values cannot be split into ${heads} heads`)
  const positions = size('max_position_embeddings')
  const longest = (await readJson(join(folder, 'sentence_bert_config.json')))?.max_seq_length
  const prompts = (await readJson(join(folder, 'config_sentence_transformers.json')))?.prompts as Json | undefined
  const prompt = (...names: string[]) => names.map((name) => prompts?.[name]).find((text) => typeof text === 'string')
  return {
    layers: size('num_hidden_layers'),
    hidden,
    heads,
    epsilon: typeof config.layer_norm_eps === 'number' ? config.layer_norm_eps : 1e-12,
    maxTokens: typeof longest === 'number' && longest < positions ? longest : positions,
    pooling: pooling ?? (await readPooling(join(folder, '1_Pooling', 'config.json'))),
    prefix: { query: String(prompt('query') ?? ''), passage: String(prompt('passage', 'document') ?? '') },
  }
}

/** Mean when the file is absent, as sentence-transformers takes it. */
async function readPooling(path: string): Promise<Pooling> {
  const config = await readJson(path)
  if (!config) return 'mean'
  const modes = Object.keys(config).filter((key) => key.startsWith('pooling_mode_') && config[key] === true)
  if (modes.length === 1 && modes[0] === 'pooling_mode_mean_tokens') return 'mean'
  if (modes.length === 1 && modes[0] === 'pooling_mode_cls_token') return 'cls'
  throw unusable(
    `${path}: ${modes.join(' with ') || 'no pooling mode'} is neither pooling_mode_mean_tokens nor pooling_mode_cls_token`,
  )
}

/** Undefined when there is no such file. */
async function readJson(path: string): Promise<Json | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Json
  } catch (cause) {
    throw unusable(`${path} is no JSON: ${messageOf(cause)}`, cause)
  }
}

const unusable = (message: string, cause?: unknown) =>
  new PipelineError(
    'MODEL_UNAVAILABLE',
    message,
    'BERT encoders as sentence-transformers saves them can be read; export any other to ONNX and give that file',
    { cause },
  )
