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

/** Some exporters put the name of the class before every tensor. */
const prefixes = ['', 'bert.', 'model.']

/** Format: https://huggingface.co/docs/safetensors (length of the header as u64, header as JSON, raw values). */
export async function openSafetensors(path: string): Promise<Safetensors> {
  const file = await open(path)
  try {
    return await readTensors(path, file)
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readTensors(path: string, file: FileHandle): Promise<Safetensors> {
  const { size } = await file.stat()
  async function read(bytes: number, position: number): Promise<Buffer> {
    if (!(position + bytes <= size)) throw new RangeError(`${path} ends at byte ${size}, wanted ${position + bytes}`)
    const buffer = Buffer.alloc(bytes)
    const { bytesRead } = await file.read(buffer, 0, bytes, position)
    if (bytesRead < bytes) throw new RangeError(`${path} became shorter while it was read`)
    return buffer
  }
  const headerBytes = Number((await read(8, 0)).readBigUInt64LE())
  const header = JSON.parse((await read(headerBytes, 8)).toString()) as Record<string, TensorInfo>
  const find = (name: string) => {
    const info = prefixes.map((prefix) => header[prefix + name]).find(Boolean)
    if (info?.dtype !== 'F32') throw new TypeError(`${path}: tensor ${name} is ${info?.dtype ?? 'missing'}, not F32`)
    return info
  }
  return {
    shape: (name) => find(name).shape,
    async rows(name, from = 0, to) {
      const { shape, data_offsets } = find(name)
      const rows = shape[0]!
      if ((to ?? rows) > rows) throw new RangeError(`${path}: tensor ${name} has ${rows} rows, wanted ${to}`)
      const rowBytes = (data_offsets[1] - data_offsets[0]) / rows
      const start = 8 + headerBytes + data_offsets[0] + from * rowBytes
      const { buffer, byteOffset, byteLength } = await read(((to ?? rows) - from) * rowBytes, start)
      return new Float32Array(buffer, byteOffset, byteLength / 4)
    },
    close: () => file.close(),
  }
}
