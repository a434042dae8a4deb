import { join } from 'node:path'
import {
  bertModels,
  type EncoderOptions,
  openEncoder,
  openTokenizer,
  readTokenizer,
  type TextTokenizer,
} from '@tenfold/encoder'
import { type EnsureOptions, ensureModel, modelCacheDir } from '@tenfold/models'
import { type DistillProgress, distill, tableKey } from './distill.ts'
import { meanOfRows } from './look-up.ts'
import { type StaticTable, spaceOf } from './table.ts'
import { ensureTable } from './table-cache.ts'
import { readVocabulary } from './vocabulary.ts'

/** Text → vector without a model run: look up each token, take the mean. */
export interface StaticEncoder {
  readonly dims: number
  /** Names the space of its vectors: those of another space must not be compared with them. */
  readonly space: string
  /** One row of `dims` values of length 1 for each text, row-major; a text without known tokens gives zeros. */
  embed(texts: readonly string[]): Float32Array
  /** Tokens of the whole text, as the encoder counts them, without the two markers. */
  countTokens(text: string): number
  close(): void
}

export interface StaticEncoderOptions extends EnsureOptions {
  /** Components kept, at most the width of the encoder. */
  dims?: number
  /** Told while a table is distilled, which happens once per model and machine. */
  onDistill?: (progress: DistillProgress) => void
}

/** Texts of three tokens: batches are as large as the runtime likes them. */
const distilling: EncoderOptions = {
  precision: 'int8',
  graph: 'unmasked',
  threads: 0,
  workers: 0,
  arena: true,
  weights: 'copy',
  device: 'cpu',
  batch: { maxTexts: 128, tokenBudget: 0 },
}

/** 256 of 384 components: 8 MB as int8. README.md has the figures. */
const defaultDims = 256

/** Opens the static model of all-MiniLM-L6-v2; distils it first where the cache has none. Throws what openEncoder throws. */
export async function openStaticEncoder(options: StaticEncoderOptions = {}): Promise<StaticEncoder> {
  const { dims = defaultDims, onDistill, signal } = options
  const model = await ensureModel('all-MiniLM-L6-v2', options)
  const tokenizer = model.files['tokenizer.json']!
  const modelSha256 = model.sha256['model.safetensors']!
  const vocabulary = await readVocabulary(tokenizer)
  const folder = join(modelCacheDir(options.env), 'static')
  const table = await ensureTable(folder, tableKey(modelSha256, dims), async () => {
    const encoder = await openEncoder(distilling, options)
    try {
      return await distill({
        encoder,
        vocabulary,
        dims,
        ...(onDistill && { onProgress: onDistill }),
        ...(signal && { signal }),
      })
    } finally {
      await encoder.close()
    }
  })
  return staticEncoder(
    table,
    await openTokenizer(await readTokenizer(tokenizer, options.env), bertModels['all-MiniLM-L6-v2'].maxTokens),
  )
}

export function staticEncoder(table: StaticTable, tokenizer: Pick<TextTokenizer, 'ids' | 'count'>): StaticEncoder {
  return {
    dims: table.dims,
    space: spaceOf(table),
    embed(texts) {
      const slab = new Float32Array(texts.length * table.dims)
      for (const [row, text] of texts.entries()) meanOfRows(table, tokenizer.ids(text), slab, row * table.dims)
      return slab
    },
    countTokens: tokenizer.count,
    close() {},
  }
}
