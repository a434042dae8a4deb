import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { EmbedTexts } from './langchain.ts'

interface EncoderPeer {
  openPeer(source: unknown, scratch: string): Promise<{ embed: EmbedTexts; close(): unknown }>
}
interface ModelSources {
  findModel(own: undefined, fetching: object): Promise<unknown>
}

const encoder = (file: string): string => fileURLToPath(new URL(`../../../encoder/${file}`, import.meta.url))

/** transformers.js with the weights we use, as the bench of the encoder opens it; undefined where it is not installed. */
export async function openTransformers(scratch: string): Promise<{ embed: EmbedTexts; close(): unknown } | undefined> {
  const files = ['bench/encoder-parts/peer.ts', 'src/model-source.ts'].map(encoder)
  if (!files.every((file) => existsSync(file))) return undefined
  try {
    const [peer, sources] = (await Promise.all(files.map((file) => import(pathToFileURL(file).href)))) as [
      EncoderPeer,
      ModelSources,
    ]
    return await peer.openPeer(await sources.findModel(undefined, {}), scratch)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}
