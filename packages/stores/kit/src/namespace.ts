import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { PipelineError } from '@tenfold/contracts'
import { asJson, replaceFile } from '@tenfold/handoff-store/files'

/** What a workspace knows of its index on a server. */
export interface Namespace {
  /** `tenfold_` and 16 hexadecimal digits: a name that any server takes. */
  readonly name: string
  /** This folder, with its links resolved. */
  readonly folder: string
  readonly machine: string
  /** It was made in this very folder. A copy of the folder reads the same data and must not write it: `renew` first. */
  readonly isOwn: boolean
  /** There was no name yet. */
  readonly isNew: boolean
  /** A new name of this folder's own, which the next open finds too. Nothing is written until `keep` of it. */
  renew(): Namespace
  /** Writes the name down. Call it once the data it names is whole. */
  keep(): void
}

/** Reads `<workspace>/<kind>.json`, or makes up a name that `keep` writes there. Throws DATA_UNREADABLE. */
export function namespaceIn(workspace: string, kind: string): Namespace {
  mkdirSync(workspace, { recursive: true })
  const folder = realpathSync(workspace)
  const file = path.join(folder, `${kind}.json`)
  const machine = hostname()
  const make = (name: string, isOwn: boolean, isNew: boolean): Namespace => ({
    name,
    folder,
    machine,
    isOwn,
    isNew,
    renew: () => make(randomName(), true, true),
    keep: () => replaceFile(file, asJson({ name, folder, machine })),
  })
  if (!existsSync(file)) return make(randomName(), true, true)
  const known = read(file)
  return make(known.name, known.folder === folder && known.machine === machine, false)
}

const randomName = () => `tenfold_${randomBytes(8).toString('hex')}`

function read(file: string): { name: string; folder: string; machine: string } {
  let known: Partial<Record<string, unknown>> = {}
  try {
    known = JSON.parse(readFileSync(file, 'utf8'))
  } catch {}
  const { name, folder, machine } = known
  if (typeof name === 'string' && /^tenfold_[0-9a-f]{16}$/.test(name))
    return { name, folder: String(folder), machine: String(machine) }
  const hint = 'delete the file and ingest again'
  throw new PipelineError('DATA_UNREADABLE', `${file} does not name an index`, hint)
}
