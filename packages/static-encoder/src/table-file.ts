import { open, readFile } from 'node:fs/promises'
import { bytesOf, type StaticTable, spaceOf } from './table.ts'

/** Head of the file, followed by the scales (f32) and the codes (int8). Numbers are little-endian, as on all machines we run on. */
interface Head {
  key: string
  dims: number
  size: number
  space: string
}

const lengthBytes = 4
const scaleBytes = Float32Array.BYTES_PER_ELEMENT

export async function writeTable(path: string, key: string, table: StaticTable): Promise<void> {
  const { dims, codes, scales } = table
  const head: Head = { key, dims, size: scales.length, space: spaceOf(table) }
  const text = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32LE(text.length)
  const file = await open(path, 'wx')
  try {
    for (const part of [length, text, bytesOf(scales), bytesOf(codes)]) await file.writeFile(part)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The table at `path`, or undefined when there is none of this key, whole and unchanged. */
export async function readTable(path: string, key: string): Promise<StaticTable | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  if (!bytes || bytes.length < lengthBytes) return undefined
  const bodyAt = lengthBytes + bytes.readUInt32LE()
  const head = parseHead(bytes.subarray(lengthBytes, bodyAt).toString())
  const body = new Uint8Array(bytes.subarray(bodyAt)).buffer
  if (head?.key !== key || body.byteLength !== head.size * (scaleBytes + head.dims)) return undefined
  const scales = new Float32Array(body, 0, head.size)
  const table = { dims: head.dims, scales, codes: new Int8Array(body, scales.byteLength) }
  return spaceOf(table) === head.space ? table : undefined
}

function parseHead(text: string): Head | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
