import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { StaticTable } from './table.ts'
import { readTable, writeTable } from './table-file.ts'

const partEnding = '.part'
/** Writing takes well under a second; a temporary file this old belongs to a process that was killed. */
const abandonedMs = 600_000

/** The table of `key` in `folder`, made by `make` when it is not there or was altered. Complete or absent: it arrives by rename. */
export async function ensureTable(folder: string, key: string, make: () => Promise<StaticTable>): Promise<StaticTable> {
  const file = join(folder, `${key}.bin`)
  const kept = await readTable(file, key)
  if (kept) return kept
  const table = await make()
  const temporary = `${file}.${process.pid}.${randomUUID().slice(0, 8)}${partEnding}`
  await mkdir(dirname(file), { recursive: true })
  await sweep(folder)
  try {
    await writeTable(temporary, key, table)
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return table
}

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name)
    const changedMs = name.endsWith(partEnding) && (await stat(file).catch(() => undefined))?.mtimeMs
    if (changedMs && Date.now() - changedMs > abandonedMs) await rm(file, { force: true })
  }
}
