import { extname, posix } from 'node:path'
import type { MetadataValue } from '@tenfold/contracts'
import { storable } from './text.ts'

export type Metadata = Record<string, MetadataValue>

/** A longer text is prose, nothing to filter by. */
const longestValue = 256
const mostFields = 64

/** What the file of a document says of it. The prefix keeps these apart from fields that the document gives itself. */
export function fileFields(path: string, { size, mtime }: { size: number; mtime: Date }): Metadata {
  const folder = posix.dirname(path)
  return {
    'file.name': posix.basename(path),
    'file.folder': folder === '.' ? '' : folder,
    'file.extension': extname(path).slice(1).toLowerCase(),
    'file.bytes': size,
    'file.modified': mtime.toISOString(),
  }
}

/** The texts, numbers and truth values in a JSON value, by the path of keys that leads to each; lists and long texts have no place in it. */
export function fieldsOf(record: unknown): Metadata {
  const fields: [string, MetadataValue][] = []
  const open: { path: string; value: unknown }[] = [{ path: '', value: record }]
  for (let item = open.pop(); item && fields.length < mostFields; item = open.pop()) {
    const { path, value } = item
    if (typeof value === 'object' && value !== null) {
      if (Array.isArray(value)) continue
      const inside = Object.entries(value).map(([key, value]) => ({
        path: path === '' ? key : `${path}.${key}`,
        value,
      }))
      for (const entry of inside.reverse()) open.push(entry)
    } else if (isValue(value) && path.length <= longestValue)
      fields.push([storable(path), typeof value === 'string' ? storable(value) : value])
  }
  return Object.fromEntries(fields)
}

/** The same of names with a text each, as front matter and tables have them: `3` is a number, `true` a truth value, `007` a text. */
export const namedFields = (fields: Iterable<readonly [name: string, text: string]>): Metadata =>
  fieldsOf(
    Object.fromEntries(
      Array.from(fields, ([name, text]) => [name, scalarOf(text)] as const).filter(([name]) => name !== ''),
    ),
  )

function scalarOf(text: string): MetadataValue {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/.test(text) ? Number(text) : text
}

const isValue = (value: unknown): value is MetadataValue =>
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  (typeof value === 'string' && value !== '' && value.length <= longestValue)
