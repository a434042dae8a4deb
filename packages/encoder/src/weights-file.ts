import { open } from 'node:fs/promises'
import type { ElementType, Tensor } from './onnx-proto.ts'

type Values = Float32Array | Int8Array

/** The file an ONNX graph keeps its weights in, written tensor by tensor. */
export interface WeightsFile {
  readonly tensors: Tensor[]
  /** Appends one tensor, in as many pieces as the caller likes. Returns its name. */
  add(name: string, dims: number[], pieces: AsyncIterable<Values> | Iterable<Values>): Promise<string>
  close(): Promise<void>
}

/** Start of each tensor: a page, so that mapping one never touches the page of another. */
const alignment = 4096

const typeOf = (values: Values): ElementType => (values instanceof Float32Array ? 'float' : 'int8')

export async function createWeightsFile(path: string): Promise<WeightsFile> {
  const file = await open(path, 'wx')
  const tensors: Tensor[] = []
  let end = 0
  return {
    tensors,
    async add(name, dims, pieces) {
      const offset = Math.ceil(end / alignment) * alignment
      let type: ElementType = 'float'
      end = offset
      for await (const piece of pieces) {
        type = typeOf(piece)
        await file.write(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength), 0, piece.byteLength, end)
        end += piece.byteLength
      }
      tensors.push({ name, type, dims, offset, bytes: end - offset })
      return name
    },
    async close() {
      await file.sync()
      await file.close()
    },
  }
}
