import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { type Config, type Dataset, defaultConfig, PipelineError, parseConfig, type Settings } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'
import { openHandoffStore, replaceFile, sha256, workspaceRoot } from '@tenfold/handoff-store'
import { loadSettings, scratchFolder } from '@tenfold/phase-kit'

/** An index made by `tenfold ingest`. */
export interface Shelf {
  source: string
  workspace: string
}

const currentFile = () => path.join(scratchFolder(), 'library', 'current.json')

/** Where the index of this source lives; one folder per source, so that ingesting again updates it. */
export function shelfFor(source: string): Shelf {
  const workspace = path.join(scratchFolder(), 'library', sha256(source).slice(0, 16))
  mkdirSync(workspace, { recursive: true })
  return { source, workspace }
}

export function makeCurrent(shelf: Shelf): void {
  replaceFile(currentFile(), JSON.stringify(shelf))
}

/** The index last ingested; else the newest one the pipeline built. Throws INDEX_MISSING. */
export function currentShelf(): Shelf {
  if (existsSync(currentFile())) {
    const shelf: Shelf = JSON.parse(readFileSync(currentFile(), 'utf8'))
    if (existsSync(shelf.workspace)) return shelf
  }
  const built = path.join(scratchFolder(), 'index')
  const folders = existsSync(built) ? readdirSync(built).filter((name) => !name.endsWith('.building')) : []
  const newest = folders
    .map((name) => path.join(built, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0]
  if (newest) return { source: 'the index of the last run', workspace: newest }
  throw new PipelineError(
    'INDEX_MISSING',
    'nothing has been ingested yet',
    'pnpm tenfold ingest <folder>, or without a folder for the built-in documentation',
  )
}

/** The data an index was made from, where it is still known; else `fallback`, that of the settings. */
export function openDataOf(source: string, fallback: string): Promise<Dataset> {
  const data = source === 'default' || existsSync(source) ? source : fallback
  return openDataset(data === 'default' ? { kind: 'default' } : { kind: 'path', path: data })
}

/** The configuration the last finished run accepted, or the defaults; with the store that the settings name. */
export async function bestKnownConfig(settings?: Settings): Promise<Config> {
  const { config } = settings ?? (await loadSettings())
  const { 'rag.store': store } = parseConfig(config)
  return { ...lastAccepted(), 'rag.store': store }
}

function lastAccepted(): Config {
  try {
    return parseConfig(openHandoffStore(workspaceRoot()).readFinal().config)
  } catch {
    return defaultConfig
  }
}
