import { type FileHandle, open } from 'node:fs/promises'

interface TensorInfo {
  dtype: string
  shape: number[]
  /** First and last byte, counted from the end of the header. */
  data_offsets: [number, number]
}

/** Tensors of a safetensors file, read one by one so that the file never lies in memory as a whole. */
export interface Safetensors {
  shape(name: string): number[]
  /** Rows `from` to `to` (exclusive; all by default) of an F32 tensor, row-major. */
  rows(name: string, from?: number, to?: number): Promise<Float32Array>
  close(): Promise<void>
}

async function read(file: FileHandle, bytes: number, position: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes)
  const { bytesRead } = await file.read(buffer, 0, bytes, position)
  if (bytesRead < bytes) throw new RangeError(`wanted ${bytes} bytes at ${position}, the file has ${bytesRead}`)
  return buffer
}

/** Format: https://huggingface.co/docs/safetensors (length of the header as u64, header as JSON, raw values). */
export async function openSafetensors(path: string): Promise<Safetensors> {
  const file = await open(path)
  const headerBytes = Number((await read(file, 8, 0)).readBigUInt64LE())
  const header = JSON.parse((await read(file, headerBytes, 8)).toString()) as Record<string, TensorInfo>
  const find = (name: string) => {
    const info = header[name]
    if (info?.dtype !== 'F32') throw new TypeError(`${path}: tensor ${name} is ${info?.dtype ?? 'missing'}, not F32`)
    return info
  }
  return {
    shape: (name) => find(name).shape,
    async rows(name, from = 0, to) {
      const { shape, data_offsets } = find(name)
      const rowBytes = (data_offsets[1] - data_offsets[0]) / shape[0]!
      const start = 8 + headerBytes + data_offsets[0] + from * rowBytes
      const { buffer, byteOffset, byteLength } = await read(file, ((to ?? shape[0]!) - from) * rowBytes, start)
      return new Float32Array(buffer, byteOffset, byteLength / 4)
    },
    close: () => file.close(),
  }
}
