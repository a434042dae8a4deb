import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { PipelineError } from '@tenfold/contracts'
import { type EnsureOptions, ensureModel, fileSha256, modelCacheDir } from '@tenfold/models'
import { type BertModel, bertModels, type Pooling, type Usage } from './bert.ts'
import { readFolder } from './model-folder.ts'

/** What the files of a model may leave unsaid; said here, it wins over them. */
interface Said {
  pooling?: Pooling
  /** Tokens. */
  maxTokens?: number
  prefix?: Partial<Usage['prefix']>
}

/**
 * A model of the user's own. `folder`: model.safetensors, tokenizer.json, config.json and, as sentence-transformers lays them out,
 * 1_Pooling/config.json. `onnx`: a graph from input_ids, attention_mask (and token_type_ids) to sentence_embedding or last_hidden_state.
 */
export type OwnModel = ({ folder: string } | { onnx: string; tokenizer: string }) & Said

/** Weights the graph writer turns into a graph, or a finished graph, which runs as it is. */
type ModelFile = { safetensors: string; shape: BertModel } | { onnx: string }

export interface ModelSource {
  file: ModelFile
  sha256: string
  /** A tokenizer.json. */
  tokenizer: string
  usage: Usage
}

/** all-MiniLM-L6-v2, or `own`. Throws MODEL_UNAVAILABLE with what is missing, or MODEL_HASH_MISMATCH. */
export async function findModel(own: OwnModel | undefined, fetching: EnsureOptions): Promise<ModelSource> {
  if (!own) {
    const model = await ensureModel('all-MiniLM-L6-v2', fetching)
    const shape = bertModels['all-MiniLM-L6-v2']
    return {
      file: { safetensors: model.files['model.safetensors']!, shape },
      sha256: model.sha256['model.safetensors']!,
      tokenizer: model.files['tokenizer.json']!,
      usage: shape,
    }
  }
  const stamps = join(modelCacheDir(fetching.env), 'stamps')
  const hash = (path: string) => fileSha256(path, stamps, fetching.signal)
  if ('onnx' in own) {
    for (const file of [own.onnx, own.tokenizer]) await found(file)
    const usage = withSaid({ maxTokens: 512, pooling: 'mean', prefix: { query: '', passage: '' } }, own)
    return { file: { onnx: own.onnx }, sha256: await hash(own.onnx), tokenizer: own.tokenizer, usage }
  }
  const [safetensors, tokenizer] = [join(own.folder, 'model.safetensors'), join(own.folder, 'tokenizer.json')]
  for (const file of [safetensors, tokenizer]) await found(file)
  const shape = withSaid(await readFolder(own.folder, own.pooling), own)
  return { file: { safetensors, shape }, sha256: await hash(safetensors), tokenizer, usage: shape }
}

async function found(file: string): Promise<void> {
  await access(file).catch((cause: unknown) => {
    const hint =
      'a model of your own needs model.safetensors, tokenizer.json and config.json, or a .onnx file and a tokenizer.json'
    throw new PipelineError('MODEL_UNAVAILABLE', `there is no ${file}`, hint, { cause })
  })
}

const withSaid = <Known extends Usage>(known: Known, { pooling, maxTokens, prefix }: Said): Known => ({
  ...known,
  ...(pooling && { pooling }),
  ...(maxTokens && { maxTokens }),
  prefix: { ...known.prefix, ...prefix },
})
