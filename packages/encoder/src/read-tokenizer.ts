import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { modelCacheDir } from '@tenfold/models'
import { cachedTokens } from './token-cache.ts'
import type { TokenizerSource } from './tokenizer.ts'

/** `path`: a tokenizer.json. What it says is kept in the cache of models. */
export async function readTokenizer(path: string, env?: Record<string, string | undefined>): Promise<TokenizerSource> {
  const bert = await cachedTokens(await readFile(path), join(modelCacheDir(env), 'tokenizers'))
  return bert ? { bert } : { path }
}
