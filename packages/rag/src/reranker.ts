import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { messageOf, PipelineError, type Reranker } from '@tenfold/contracts'

/** A reranker as it was named, and what tells it from another one. */
export interface NamedReranker extends Reranker {
  name: string
  /** SHA-256 of the module's file; what the module loads is not in it. */
  sha256: string
}

/** The module that `options.reranker` names: a file, or a package. Throws CONFIG_OUT_OF_RANGE or ENGINE_UNAVAILABLE. */
export async function loadReranker(named: unknown): Promise<NamedReranker | undefined> {
  if (named === undefined) return undefined
  const what = `reranker ${JSON.stringify(named)}`
  if (typeof named !== 'string' || named === '')
    throw new PipelineError('CONFIG_OUT_OF_RANGE', `${what} is no module`, 'name a file or a package')
  try {
    const url = /^\.|^\//.test(named) || path.isAbsolute(named) ? pathToFileURL(named).href : import.meta.resolve(named)
    const loaded: Partial<Reranker> = await import(url)
    if (typeof loaded.rerank === 'function') {
      const sha256 = createHash('sha256')
        .update(readFileSync(fileURLToPath(url)))
        .digest('hex')
      return { ...(loaded as Reranker), name: path.basename(named), sha256 }
    }
  } catch (cause) {
    const hint = 'check `reranker` in tenfold.config.ts; TypeScript needs Node 22.18 or later, JavaScript loads in all'
    throw new PipelineError('ENGINE_UNAVAILABLE', `${what} does not load: ${messageOf(cause)}`, hint, { cause })
  }
  const hint = 'export function rerank(question, passages) that gives a number for each passage'
  throw new PipelineError('ENGINE_UNAVAILABLE', `${what} exports no rerank()`, hint)
}
