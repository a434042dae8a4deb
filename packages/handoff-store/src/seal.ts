import { readFileSync } from 'node:fs'
import { asJson, replaceFile, sha256, sha256OfFile } from './files.ts'

/**
 * A seal names every value of a JSON file with the hash of that value, so that an altered file is not only refused but
 * the altered field is named. It lies beside the file as `<file>.seal.json`.
 */
interface Seal {
  sha256: string
  fields: Record<string, string>
}

const sealOf = (file: string) => file.replace(/\.json$/, '.seal.json')
const shortHash = (value: unknown) => sha256(JSON.stringify(value)).slice(0, 12)

/** Every leaf of a JSON value under its path, as `before.query.ms.p50` with awkward keys in brackets. */
export function* leaves(value: unknown, path = ''): Generator<[string, unknown]> {
  if (value === null || typeof value !== 'object' || Object.keys(value).length === 0) {
    yield [path, value]
    return
  }
  for (const [key, child] of Object.entries(value)) {
    const step = /^[A-Za-z_][\w]*$/.test(key) ? (path ? `.${key}` : key) : `[${JSON.stringify(key)}]`
    yield* leaves(child, path + step)
  }
}

export function writeSealed(file: string, value: unknown): void {
  const content = asJson(value)
  const fields = Object.fromEntries([...leaves(JSON.parse(content))].map(([path, leaf]) => [path, shortHash(leaf)]))
  replaceFile(sealOf(file), `${JSON.stringify({ sha256: sha256(content), fields } satisfies Seal)}\n`)
  replaceFile(file, content)
}

/** The fields of `file` that are not as they were sealed; the file's own name when only its form was touched. */
export function brokenFields(file: string): string[] {
  let seal: Seal
  try {
    seal = JSON.parse(readFileSync(sealOf(file), 'utf8'))
  } catch {
    return ['(seal missing or unreadable)']
  }
  if (sha256OfFile(file) === seal.sha256) return []
  let now: Map<string, unknown>
  try {
    now = new Map(leaves(JSON.parse(readFileSync(file, 'utf8'))))
  } catch {
    return ['(not JSON any more)']
  }
  const changed = Object.keys(seal.fields).filter(
    (path) => !now.has(path) || shortHash(now.get(path)) !== seal.fields[path],
  )
  const added = [...now.keys()].filter((path) => !(path in seal.fields))
  const broken = [...changed, ...added]
  return broken.length > 0 ? broken : ['(white space or number form)']
}
