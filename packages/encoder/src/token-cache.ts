import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { type BertTokens, readBertTokens } from './bert-tokens.ts'

/** Of what is written; it grows when that changes. */
const version = 1
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const hashBytes = 32

/**
 * What `json`, a tokenizer.json, says, kept in `folder` by its hash: parsing it leaves a JavaScript heap 13 MB larger. Undefined where it
 * is no BERT's. Nothing is kept where `folder` cannot be written to.
 */
export async function cachedTokens(json: Buffer, folder: string): Promise<BertTokens | undefined> {
  const file = join(folder, `${hashOf(json).toString('hex').slice(0, 16)}.v${version}`)
  const kept = await readTokens(file)
  if (kept) return kept
  const tokens = readBertTokens(JSON.parse(json.toString()))
  if (tokens) await writeTokens(file, tokens)
  return tokens
}

async function readTokens(file: string): Promise<BertTokens | undefined> {
  const bytes = await readFile(file).catch(() => undefined)
  const body = bytes?.subarray(hashBytes)
  if (!bytes || !body || !hashOf(body).equals(bytes.subarray(0, hashBytes))) return
  try {
    const { vocabulary, ...tokens } = deserialize(body)
    return { ...tokens, vocabulary: shared(vocabulary) }
  } catch {
    return // of another release of Node
  }
}

async function writeTokens(file: string, tokens: BertTokens): Promise<void> {
  const body = serialize({ ...tokens, vocabulary: new Uint8Array(new Uint8Array(tokens.vocabulary)) })
  const temporary = `${file}.${process.pid}.${randomUUID().slice(0, 8)}.part`
  try {
    await mkdir(join(file, '..'), { recursive: true })
    await writeFile(temporary, Buffer.concat([hashOf(body), body]))
    await rename(temporary, file)
  } catch {
    await rm(temporary, { force: true }).catch(() => {})
  }
}

function shared(bytes: Uint8Array): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes.length)
  new Uint8Array(buffer).set(bytes)
  return buffer
}
