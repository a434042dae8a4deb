import { renameSync, rmSync } from 'node:fs'
import { messageOf, PipelineError } from '@tenfold/contracts'
import Database from 'better-sqlite3'

/**
 * A compact copy of a store, consistent even while it is written to. `to` appears complete or not at all, and
 * replaces a file of that name. Throws INDEX_MISSING or DATA_UNREADABLE.
 */
export function copyStore(from: string, to: string): void {
  const partial = `${to}.partial`
  const source = openSource(from)
  try {
    rmSync(partial, { force: true })
    source.prepare('VACUUM INTO ?').run(partial)
    for (const suffix of ['-wal', '-shm']) rmSync(to + suffix, { force: true })
    renameSync(partial, to)
  } catch (error) {
    rmSync(partial, { force: true })
    const message = `${from} cannot be copied to ${to}: ${messageOf(error)}`
    throw new PipelineError('DATA_UNREADABLE', message, 'check both folders and the free space', { cause: error })
  } finally {
    source.close()
  }
}

function openSource(path: string): Database.Database {
  try {
    return new Database(path, { readonly: true, fileMustExist: true })
  } catch (error) {
    const hint = 'ingest first, or name the folder of the index'
    throw new PipelineError('INDEX_MISSING', `${path}: ${messageOf(error)}`, hint, { cause: error })
  }
}
