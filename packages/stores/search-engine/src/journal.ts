import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { RetryOptions } from '@tenfold/store-kit'
import { type Action, bulk } from './bulk.ts'
import { type DocumentRows, type Entry, keyOf } from './rows.ts'
import { fetchRows, scan } from './scan.ts'
import type { Send } from './wire.ts'

/** Who writes, and the chunks that are there while it does: those of the old and of the new version of each document. */
interface Note {
  machine: string
  pid: number
  writer: string
  keys: string[]
  chunkIds: number[]
}

export interface JournalOptions {
  send: Send
  /** Asked at each call: a copy of a workspace gets an index of its own with its first write. */
  index(): string
  retry: RetryOptions
}

/**
 * Writes of whole documents to a server without transactions: a note of what is about to change, the new chunks, the entries of the
 * documents (from here on the new version counts), the end of the old chunks and of the note. Whatever a killed writer left behind is
 * in its note, and `repair` takes away what no entry names.
 */
export function journal({ send, index, retry }: JournalOptions) {
  const writer = randomUUID()
  const entries = async (keys: string[]) =>
    (await fetchRows(send, index(), keys, ['entry'])).map((source) => source?.entry as Entry | undefined)

  const isDead = (note: Note) => {
    if (note.machine !== hostname() || note.writer === writer) return false
    if (note.pid === process.pid) return true
    try {
      process.kill(note.pid, 0)
      return false
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ESRCH'
    }
  }

  return {
    entries,
    /** `undefined` in place of rows removes a document. */
    async replace(changes: ReadonlyMap<string, DocumentRows | undefined>): Promise<void> {
      const keys = [...changes.keys()].map(keyOf)
      const rows = [...changes.values()]
      const old = (await entries(keys)).flatMap((entry) => entry?.chunkIds ?? [])
      const chunkRows = rows.flatMap((each) => each?.chunkRows ?? [])
      const kept = new Set(chunkRows.map(({ id }) => id))
      const note: Note = {
        machine: hostname(),
        pid: process.pid,
        writer,
        keys,
        chunkIds: [...new Set([...old, ...[...kept].map(Number)])],
      }
      const noteId = `j-${randomUUID()}`
      const write = (actions: Action[]) => bulk(send, index(), actions, retry)
      await write([{ index: { id: noteId, source: { kind: 'journal', key: noteId, entry: note } } }])
      await write(chunkRows.map((row) => ({ index: row })))
      await write(rows.map((each, i) => (each ? { index: each.entryRow } : { delete: keys[i]! })))
      const gone = old.map(String).filter((id) => !kept.has(id))
      await write([...gone, noteId].map((id) => ({ delete: id })))
    },
    /** Takes away what writers that are gone left behind, or all of them: no other one writes while this one does. */
    async repair(which: 'dead' | 'all'): Promise<number> {
      await send({ method: 'POST', path: `/${index()}/_refresh` })
      let repaired = 0
      for await (const page of scan(send, index(), { query: { term: { kind: 'journal' } }, _source: ['entry'] })) {
        for (const { _id, _source } of page) {
          const note = _source.entry as Note
          if (note.writer === writer || (which === 'dead' && !isDead(note))) continue
          const named = new Set((await entries(note.keys)).flatMap((entry) => entry?.chunkIds ?? []))
          const orphans = note.chunkIds.filter((id) => !named.has(id))
          await bulk(
            send,
            index(),
            [...orphans.map(String), _id].map((id) => ({ delete: id })),
            retry,
          )
          repaired++
        }
      }
      if (repaired > 0) await send({ method: 'POST', path: `/${index()}/_refresh` })
      return repaired
    },
  }
}
