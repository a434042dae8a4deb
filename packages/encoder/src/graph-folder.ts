import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const partEnding = '.part'
/** A conversion takes seconds; a temporary folder this old belongs to a process that was killed. */
const abandonedMs = 600_000
/** What was made, in bytes per file: a file cut short afterwards is noticed before it is mapped. */
const contents = 'contents.json'

/** A name for whatever follows from `parts`. */
export const keyOf = (parts: (string | number)[]) =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16)

/** `folder`, filled on first use and again where a file in it has another size. Complete or absent: it arrives by rename. */
export async function ensureFolder(folder: string, fill: (temporary: string) => Promise<void>): Promise<string> {
  const temporary = `${folder}.${process.pid}.${randomUUID().slice(0, 8)}${partEnding}`
  if (existsSync(folder)) {
    if (await isWhole(folder)) return folder
    // aside first: whoever has it open keeps it
    await rename(folder, `${temporary}.old${partEnding}`).catch(() => undefined)
    await rm(`${temporary}.old${partEnding}`, { recursive: true, force: true })
  }
  await mkdir(temporary, { recursive: true })
  await sweep(dirname(folder))
  try {
    await fill(temporary)
    await writeFile(join(temporary, contents), JSON.stringify(await sizesOf(temporary)), { flush: true })
    await rename(temporary, folder)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    if (!existsSync(folder)) throw error // else another process was first with the same content
  }
  return folder
}

async function sizesOf(folder: string): Promise<Record<string, number>> {
  const sizes = (await readdir(folder)).map(async (name) => [name, (await stat(join(folder, name))).size] as const)
  return Object.fromEntries(await Promise.all(sizes))
}

async function isWhole(folder: string): Promise<boolean> {
  try {
    const made = JSON.parse(await readFile(join(folder, contents), 'utf8')) as Record<string, number>
    const sizes = await sizesOf(folder)
    return Object.entries(made).every(([name, bytes]) => sizes[name] === bytes)
  } catch {
    return false
  }
}

async function sweep(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const folder = join(cache, name)
    const changedMs = name.endsWith(partEnding) && (await stat(folder).catch(() => undefined))?.mtimeMs
    if (changedMs && Date.now() - changedMs > abandonedMs) await rm(folder, { recursive: true, force: true })
  }
}
