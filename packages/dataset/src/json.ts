import type { JsonObject } from './lines.ts'
import { fieldsOf } from './metadata.ts'
import type { Parsed } from './parsed.ts'

/** Every string in a JSON value on a line of its own, after the path of keys that leads to it: `author.name: Ada`. */
function jsonText(value: unknown): string {
  const lines: string[] = []
  // An explicit stack: JSON nests deeper than calls do.
  const open: { path: string; value: unknown }[] = [{ path: '', value }]
  for (let item = open.pop(); item; item = open.pop()) {
    const { path, value } = item
    if (typeof value === 'string') lines.push(path === '' ? value : `${path}: ${value}`)
    else if (typeof value === 'object' && value !== null) {
      const inside = Object.entries(value).map(([key, value]) => ({
        path: path === '' ? key : `${path}.${key}`,
        value,
      }))
      for (const entry of inside.reverse()) open.push(entry)
    }
  }
  return lines.join('\n').trim()
}

/** A JSON object as a document: its `text` when it has one, else all its strings; its `title` or `name` as title. */
export function parseRecord(record: JsonObject): Parsed {
  const title = [record.title, record.name].find((value) => typeof value === 'string' && value !== '') as
    | string
    | undefined
  const { text, ...rest } = record
  return {
    title,
    text: typeof text === 'string' ? text.trim() : jsonText(record),
    metadata: fieldsOf(typeof text === 'string' ? rest : record),
  }
}

/** A JSON file as one document; throws a SyntaxError when it is malformed. */
export function parseJson(source: string): Parsed {
  const value: unknown = JSON.parse(source)
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isRecord ? parseRecord(value as JsonObject) : { title: undefined, text: jsonText(value) }
}
