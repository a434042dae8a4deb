import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { extname, join, posix } from 'node:path'
import { type Doc, messageOf } from '@tenfold/contracts'
import { parseHtml } from './html.ts'
import { parseJson } from './json.ts'
import { parseMarkdown } from './markdown.ts'
import type { Parsed } from './parsed.ts'
import { maxDocBytes, type Warn } from './source.ts'
import { decodeText, normalizeLines } from './text.ts'

const parsers = new Map<string, (text: string) => Parsed>([
  ['.md', (text) => parseMarkdown(text, false)],
  ['.markdown', (text) => parseMarkdown(text, false)],
  ['.mdx', (text) => parseMarkdown(text, true)],
  ['.txt', (text) => ({ title: undefined, text: normalizeLines(text) })],
  ['.html', parseHtml],
  ['.htm', parseHtml],
  ['.json', parseJson],
])

/** Extensions of the files that hold one document each. */
export const fileKinds: readonly string[] = [...parsers.keys()]

/** The document in a file, or undefined when it holds none, which is warned of. Never throws for a bad file. */
export async function readDoc(root: string, path: string, warn: Warn): Promise<Doc | undefined> {
  const kind = extname(path).toLowerCase()
  try {
    const { bytes, cut } = await readStart(join(root, path))
    if (cut && kind === '.json') return skip(`larger than ${maxDocBytes} bytes, skipped`)
    if (cut) warn(path, `larger than ${maxDocBytes} bytes, the rest cut off`)
    const decoded = decodeText(bytes, cut)
    if ('binary' in decoded) return skip(decoded.binary)
    if (decoded.repaired) warn(path, 'invalid UTF-8, decoded with replacement')
    const parsed = parsers.get(kind)!(decoded.text)
    return parsed.text === '' ? skip('empty, skipped') : docOf(path, parsed)
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'malformed JSON' : 'cannot be read'
    return skip(`${reason}, skipped: ${messageOf(error)}`)
  }

  function skip(reason: string): undefined {
    warn(path, reason)
  }
}

/** A parsed document; without a title of its own it is called by its file name. */
export function docOf(path: string, { title, text }: Parsed, id = path): Doc {
  const collection = path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
  return { id, title: title ?? posix.basename(path, extname(path)), text, collection }
}

/** The first `maxDocBytes` of a file. A link put in the file's place meanwhile is refused. */
async function readStart(path: string): Promise<{ bytes: Uint8Array; cut: boolean }> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const { size } = await file.stat()
    const buffer = Buffer.allocUnsafe(Math.min(size, maxDocBytes))
    let length = 0
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return { bytes: buffer.subarray(0, length), cut: size > maxDocBytes }
  } finally {
    await file.close()
  }
}
