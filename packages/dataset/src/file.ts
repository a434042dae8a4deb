import { extname, join, posix } from 'node:path'
import { type Doc, messageOf } from '@tenfold/contracts'
import { codeKinds, parseComments } from './comments.ts'
import { parseHtml } from './html.ts'
import { parseJson } from './json.ts'
import { parseMarkdown } from './markdown.ts'
import { fileFields, type Metadata } from './metadata.ts'
import { maxOfficeBytes, officeKinds, readOffice } from './office.ts'
import type { Parsed } from './parsed.ts'
import { maxDocBytes, type Warn } from './source.ts'
import { readSteady } from './steady.ts'
import { decodeText, normalizeLines, storable } from './text.ts'

const parsers = new Map<string, (text: string) => Parsed>([
  ['.md', (text) => parseMarkdown(text, false)],
  ['.markdown', (text) => parseMarkdown(text, false)],
  ['.mdx', (text) => parseMarkdown(text, true)],
  ['.txt', (text) => ({ title: undefined, text: normalizeLines(text) })],
  ['.html', parseHtml],
  ['.htm', parseHtml],
  ['.json', parseJson],
  ...codeKinds.map((kind) => [kind, (text: string) => parseComments(text, kind)] as const),
])

/** Extensions of the files that hold one document each. */
export const fileKinds: readonly string[] = [...parsers.keys(), ...officeKinds]

/** Why a source file gives no document; there are many, and they are told of together. */
export const uncommented = 'no documenting comments, skipped'

/** The document in a file, or undefined when it holds none, which is warned of. Never throws for a bad file. */
export async function readDoc(root: string, path: string, warn: Warn): Promise<Doc | undefined> {
  const kind = extname(path).toLowerCase()
  let file: Metadata = {}
  try {
    const parsed = officeKinds.includes(kind) ? await readBinary() : await readText()
    if (parsed === undefined) return undefined
    if (parsed.text === '') return skip(codeKinds.includes(kind) ? uncommented : 'empty, skipped')
    return docOf(path, parsed, file)
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'malformed JSON' : 'cannot be read'
    return skip(`${reason}, skipped: ${messageOf(error)}`)
  }

  async function readText(): Promise<Parsed | undefined> {
    const { bytes, cut } = await read(maxDocBytes)
    if (cut && kind === '.json') return skip(`larger than ${maxDocBytes} bytes, skipped`)
    if (cut) warn(path, `larger than ${maxDocBytes} bytes, the rest cut off`)
    const decoded = decodeText(bytes, cut)
    if ('binary' in decoded) return skip(decoded.binary)
    if (decoded.repaired) warn(path, 'invalid UTF-8, decoded with replacement')
    return parsers.get(kind)!(decoded.text)
  }

  async function readBinary(): Promise<Parsed | undefined> {
    const { bytes, cut } = await read(maxOfficeBytes)
    if (cut) return skip(`larger than ${maxOfficeBytes} bytes, skipped`)
    const parsed = await readOffice(bytes, kind)
    if (Buffer.byteLength(parsed.text) <= maxDocBytes) return parsed
    warn(path, `more than ${maxDocBytes} bytes of text, the rest cut off`)
    const decoded = decodeText(Buffer.from(parsed.text).subarray(0, maxDocBytes), true)
    return { ...parsed, text: 'text' in decoded ? decoded.text : '' }
  }

  async function read(most: number) {
    const found = await readSteady(join(root, path), most)
    file = fileFields(path, found.stats)
    if (found.changing) warn(path, 'changed while it was read, twice; taken as it was the second time')
    return found
  }

  function skip(reason: string): undefined {
    warn(path, reason)
  }
}

/** A parsed document; without a title of its own it is called by its file name. */
export function docOf(path: string, { title, text, metadata }: Parsed, file: Metadata, id = path): Doc {
  const collection = path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
  return {
    id,
    title: storable(title ?? posix.basename(path, extname(path))),
    text: storable(text),
    collection,
    metadata: { ...metadata, ...file },
  }
}
