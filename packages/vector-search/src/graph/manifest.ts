import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { messageOf, PipelineError } from '@tenfold/contracts'
import { z } from 'zod'

const count = z.int().nonnegative()
const share = z.number().min(0).max(1)

/** What a published graph is, and what it was seen to find. */
const manifestSchema = z.strictObject({
  format: z.literal(1),
  /** Counts up with every publish: a reader that holds another version is behind. */
  version: z.int().positive(),
  /** Identity of the embedding model: vectors of another have another meaning. */
  model: z.string().min(1),
  dims: z.int().positive(),
  /** Rows of the graph. */
  rows: z.int().positive(),
  /** The largest row number. */
  lastRow: count,
  /** The last change of the rows that the graph knows of; later ones are the reader's to add. */
  through: count,
  scalar: z.enum(['i8', 'f16', 'f32']),
  connectivity: z.int().positive(),
  expansionAdd: z.int().positive(),
  /** Nodes a search looks at. */
  ef: z.int().positive(),
  /** Of those, how many are scored again with f32. */
  rescore: z.int().positive(),
  recall: z.strictObject({ k: z.int().positive(), target: share, mean: share, lowerBound: share, queries: count }),
  /** Mean of the vectors, to see a drift of later ones. */
  mean: z.array(z.number()),
  file: z.string().regex(/^[\w.-]+$/),
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  createdAt: z.iso.datetime(),
})

export type GraphManifest = z.infer<typeof manifestSchema>

export const manifestFile = (folder: string) => path.join(folder, 'manifest.json')
export const previousFile = (folder: string) => path.join(folder, 'previous.json')

/** The manifest in force; undefined where nothing was published. Throws INDEX_MISMATCH for one that cannot be read. */
export function readManifest(folder: string, file = manifestFile(folder)): GraphManifest | undefined {
  if (!existsSync(file)) return undefined
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    const hint = 'delete the folder and publish again: f32 rows are all that is needed'
    throw new PipelineError('INDEX_MISMATCH', `${file} is no manifest of a graph: ${messageOf(error)}`, hint, {
      cause: error,
    })
  }
}
