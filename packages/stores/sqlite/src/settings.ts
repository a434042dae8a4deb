import { messageOf } from '@tenfold/contracts'
import type { Database } from 'better-sqlite3'

/** A setting that is not in force as wanted, why, and the way out. */
export interface Unmet {
  setting: string
  wanted: string | number
  /** null where SQLite knows no such setting. */
  actual: string | number | null
  reason: string
  hint: string
}

/** Names as SQLite spells its pragmas; a word for a level, or its number. */
export type Settings = Readonly<Record<string, string | number>>

/** Words for levels, by number. SQLite takes any other word for one of them: `synchronous = banana` is 1. */
const levels: Record<string, readonly string[]> = {
  synchronous: ['off', 'normal', 'full', 'extra'],
  foreign_keys: ['off', 'on'],
  auto_vacuum: ['none', 'full', 'incremental'],
  temp_store: ['default', 'file', 'memory'],
}

/**
 * Applies settings in the order given and reads each back. SQLite says nothing about one that it does not know, cannot do, or leaves for
 * later; those are returned. Throws nothing: what SQLite refuses with an error is returned as well.
 */
export function applySettings(db: Database, wanted: Settings): Unmet[] {
  return Object.entries(wanted).flatMap(([setting, value]) => applySetting(db, setting, value) ?? [])
}

function applySetting(db: Database, setting: string, wanted: string | number): Unmet | undefined {
  const unmet = (actual: Unmet['actual'], reason: string, hint: string) => ({ setting, wanted, actual, reason, hint })
  if (!isKnown(db, setting)) return unmet(null, 'SQLite has no setting of that name', 'see its list of pragmas')
  const target = levelOf(setting, wanted)
  if (target === undefined) {
    const words = levels[setting]?.join(', ') ?? 'a number'
    return unmet(readSetting(db, setting), 'no value of this setting', `use one of ${words}`)
  }
  let refusal: string | undefined
  try {
    if (readSetting(db, setting) !== target) db.pragma(`${setting} = ${target}`)
  } catch (error) {
    refusal = messageOf(error)
  }
  const actual = readSetting(db, setting)
  if (actual === target) return undefined
  const [reason, hint] = explain(db, setting, target)
  return unmet(actual, refusal ? `${reason} (${refusal})` : reason, hint)
}

export const readSetting = (db: Database, setting: string): string | number =>
  db.pragma(setting, { simple: true }) as string | number

const isKnown = (db: Database, setting: string): boolean =>
  db.prepare('SELECT 1 FROM pragma_pragma_list WHERE name = ?').get(setting) !== undefined

/** undefined where the word is none of the setting. */
function levelOf(setting: string, wanted: string | number): string | number | undefined {
  if (typeof wanted === 'number') return Number.isSafeInteger(wanted) ? wanted : undefined
  const words = setting === 'journal_mode' ? journals : levels[setting]
  if (!words) return undefined
  const at = words.indexOf(wanted)
  return at < 0 ? undefined : setting === 'journal_mode' ? wanted : at
}
const journals = ['delete', 'truncate', 'persist', 'memory', 'wal', 'off']

function explain(db: Database, setting: string, target: string | number): [reason: string, hint: string] {
  if (db.inTransaction && ['foreign_keys', 'synchronous', 'journal_mode', 'page_size'].includes(setting))
    return ['it does not change while a transaction is open', 'commit first']
  if (db.readonly) return ['the connection may only read', 'open the file for writing']
  const isWal = readSetting(db, 'journal_mode') === 'wal'
  if (setting === 'journal_mode' && target === 'wal')
    return ['the file cannot have a log beside it, as in memory or on some network drives', 'keep it on a local disk']
  if (setting === 'journal_mode') return ['another connection has the file open', 'close all others, then set it again']
  if (setting === 'page_size' && isWal)
    return ['a file in WAL mode keeps its page size', 'leave WAL, set it, VACUUM, and enter WAL again']
  if (setting === 'page_size' || setting === 'auto_vacuum')
    return ['a file that has tables is laid out already', 'run VACUUM: it lays the file out anew']
  if (setting === 'mmap_size') return ['SQLite maps no more than it was built for', 'map below 2048 MiB']
  return ['SQLite kept its own value', 'read the setting back and plan with what it is']
}
