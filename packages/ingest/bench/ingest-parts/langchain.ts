import { DirectoryLoader } from '@langchain/classic/document_loaders/fs/directory'
import { TextLoader } from '@langchain/classic/document_loaders/fs/text'
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import { Embeddings } from '@langchain/core/embeddings'
import { RecursiveCharacterTextSplitter } from '@langchain/textsplitters'

/** What HuggingFaceTransformersEmbeddings of @langchain/community takes when nothing is said. */
const defaultBatch = 512

export type EmbedTexts = (texts: string[], batch: number) => Promise<Float32Array>

/** transformers.js behind the interface of LangChain, as HuggingFaceTransformersEmbeddings puts it there. */
class TransformersEmbeddings extends Embeddings {
  readonly #embed: EmbedTexts

  constructor(embed: EmbedTexts) {
    super({})
    this.#embed = embed
  }

  async embedDocuments(texts: string[]): Promise<number[][]> {
    const slab = await this.#embed(
      texts.map((text) => text.replaceAll('\n', ' ')),
      defaultBatch,
    )
    const dims = slab.length / Math.max(1, texts.length)
    return texts.map((_, row) => Array.from(slab.subarray(row * dims, (row + 1) * dims)))
  }

  async embedQuery(text: string): Promise<number[]> {
    return (await this.embedDocuments([text]))[0]!
  }
}

/** Files → searchable vectors with the defaults: chunks of 1,000 characters, overlap 200, held in memory only. */
export async function ingestByLangChain(folder: string, embed: EmbedTexts): Promise<MemoryVectorStore> {
  const loader = new DirectoryLoader(folder, { '.mdx': (file) => new TextLoader(file) })
  const chunks = await new RecursiveCharacterTextSplitter().splitDocuments(await loader.load())
  return MemoryVectorStore.fromDocuments(chunks, new TransformersEmbeddings(embed))
}
