import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { removeGraphs } from '@tenfold/vector-search'
import type { Connection } from '../connection.ts'
import { readMeta, writeMeta } from '../meta.ts'

/** Where the graph of a file lies. It may be deleted at any time. */
export const graphFolder = (file: string): string => `${file}.vectors`

const key = 'graphs'

/**
 * Graphs made from this file: the one being built or built last, and the one before. Ids of chunks never come back and their vectors never
 * change, so a graph of this file differs from it by whole rows only. One of another file, or of a later state of a restored one, has no
 * name here.
 */
export const graphNames = (db: Connection): string[] => readMeta(db, key)?.split(' ') ?? []

/** A name for a graph that is about to be built; that of the one in force stays good, should the build be killed. */
export function nameGraph(db: Connection, inForce: string | undefined): string {
  const name = randomUUID()
  writeMeta(db, key, [name, ...(inForce ? [inForce] : [])].join(' '))
  return name
}

/** For a file that is searched otherwise now. What cannot be deleted stays, without a name. */
export function dropGraph(db: Connection, file: string): void {
  if (graphNames(db).length > 0) db.prepare('DELETE FROM meta WHERE key = ?').run(key)
  if (!existsSync(graphFolder(file))) return
  try {
    removeGraphs(graphFolder(file))
  } catch {
    // the folder may only be read, or another process has the graph mapped where that keeps a file
  }
}
