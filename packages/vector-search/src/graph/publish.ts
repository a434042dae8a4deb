import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { PipelineError } from '@tenfold/contracts'
import { mean, shareInterval } from '@tenfold/measure'
import type { Recall } from '../recall.ts'
import type { Neighbours } from '../types.ts'
import { sha256Of, tryInChild } from './check.ts'
import type { BuiltGraph, GraphShape } from './graph.ts'
import { type GraphManifest, manifestFile, previousFile, readManifest } from './manifest.ts'

/** Everything about a graph that its file does not say. */
export interface Publication extends GraphShape {
  model: string
  /** See the manifest. */
  lastRow: number
  through: number
  ef: number
  rescore: number
  recall: Recall & { k: number; target: number; queries: number }
  mean: Float32Array
  /** Questions with their exact neighbours, k of them: what the file must still find after it was written. Fifty are enough. */
  proof: readonly { query: Float32Array; truth: Neighbours }[]
}

/**
 * Writes the graph beside the one in force, tries it in a process of its own, and puts it in force by one rename: at any moment
 * the manifest and its file are both the old ones or both the new ones. The previous graph stays for `rollBack`. One writer at a time. Throws
 * INDEX_MISMATCH, and changes nothing, where the written file does not find what the proof asks for.
 */
export async function publishGraph(
  folder: string,
  graph: BuiltGraph,
  publication: Publication,
): Promise<GraphManifest> {
  mkdirSync(folder, { recursive: true })
  const current = readManifest(folder)
  const version = (current?.version ?? 0) + 1
  const writing = path.join(folder, `writing-${version}.usearch`)
  try {
    graph.save(writing)
    sync(writing)
    const sha256 = await sha256Of(writing)
    const { proof, mean, recall, ...settings } = publication
    const { k, target, mean: meanRecall, lowerBound, queries } = recall
    const manifest: GraphManifest = {
      format: 1,
      version,
      ...settings,
      dims: graph.dims,
      rows: graph.size,
      recall: { k, target, mean: meanRecall, lowerBound, queries },
      mean: [...mean],
      file: `graph-${version}-${sha256.slice(0, 8)}.usearch`,
      bytes: statSync(writing).size,
      sha256,
      createdAt: new Date().toISOString(),
    }
    await prove(writing, manifest, proof)
    renameSync(writing, path.join(folder, manifest.file))
    if (current) replace(previousFile(folder), current)
    replace(manifestFile(folder), manifest)
    clean(folder, [manifest, current])
    return manifest
  } finally {
    rmSync(writing, { force: true })
  }
}

/** Puts the previous graph in force again, under a version of its own so that readers notice. Throws INDEX_MISSING where there is none. */
export function rollBack(folder: string): GraphManifest {
  const [current, previous] = [readManifest(folder), readManifest(folder, previousFile(folder))]
  if (!previous || !existsSync(path.join(folder, previous.file)))
    throw new PipelineError(
      'INDEX_MISSING',
      `${folder} has no previous graph`,
      'build the graph again from the f32 rows',
    )
  const manifest = { ...previous, version: Math.max(current?.version ?? 0, previous.version) + 1 }
  replace(manifestFile(folder), manifest)
  return manifest
}

/** Takes away all that was published in `folder`, and the folder where nothing else lies in it. Who has a graph mapped keeps it until it closes. */
export function removeGraphs(folder: string): void {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) if (ours.test(name)) rmSync(path.join(folder, name), { force: true })
  if (readdirSync(folder).length === 0) rmdirSync(folder)
}
const ours = /\.usearch$|^(manifest|previous)\.json(\.tmp)?$|^open-\d+$/

/** The written file, opened as a reader will, must find the neighbours; so few questions can only refute a target, not confirm it. */
async function prove(file: string, manifest: GraphManifest, proof: Publication['proof']): Promise<void> {
  if (proof.length === 0) return
  const found = await tryInChild({ file, manifest, queries: proof.map(({ query }) => query) })
  const shares = proof.map(({ truth }, i) => {
    const rows = new Set(found[i])
    return truth.rows.filter((row) => rows.has(row)).length / Math.max(1, truth.rows.length)
  })
  const wanted = proof.reduce((sum, { truth }) => sum + truth.rows.length, 0)
  const [, most] = shareInterval(mean(shares) * wanted, wanted)
  if (most >= manifest.recall.target) return
  const message = `the written graph finds ${mean(shares).toFixed(3)} of the neighbours of ${proof.length} questions, the target is ${manifest.recall.target}`
  throw new PipelineError(
    'INDEX_MISMATCH',
    message,
    'raise ef or rescore, or build with more links; the graph in force stays',
  )
}

function replace(file: string, manifest: GraphManifest): void {
  const temporary = `${file}.tmp`
  const handle = openSync(temporary, 'w')
  try {
    writeFileSync(handle, `${JSON.stringify(manifest)}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(temporary, file)
  sync(path.dirname(file))
}

/** Flushes a file, or the names of a folder; Windows knows no such thing as the latter. */
function sync(file: string): void {
  if (process.platform === 'win32' && statSync(file).isDirectory()) return
  const handle = openSync(file, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Graph files of neither manifest, left by earlier versions or by a publish that was killed. Readers that map one keep it until they close. */
function clean(folder: string, keep: readonly (GraphManifest | undefined)[]): void {
  const kept = new Set(keep.map((manifest) => manifest?.file))
  for (const name of readdirSync(folder)) {
    if (name.endsWith('.usearch') && !kept.has(name)) rmSync(path.join(folder, name), { force: true })
  }
}
