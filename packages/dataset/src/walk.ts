import type { Dirent } from 'node:fs'
import { readdir, realpath } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { messageOf } from '@tenfold/contracts'
import type { Warn } from './source.ts'

const skippedFolders = new Set(['node_modules'])

/**
 * Files below `root` whose extension is in `extensions`, as paths relative to it with `/`, in code unit order of their
 * names, folder by folder. Symbolic links are never followed: what they point to inside the folder is read where it
 * lies, and nothing outside the folder is read. Names starting with a dot and `node_modules` are passed over.
 */
export async function walkFiles(root: string, extensions: ReadonlySet<string>, warn: Warn): Promise<string[]> {
  const files: string[] = []
  const ignored = new Map<string, number>()
  const visit = async (folder: string): Promise<void> => {
    for (const entry of await entriesOf(root, folder, warn)) {
      if (entry.name.startsWith('.') || skippedFolders.has(entry.name)) continue
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      const extension = extname(entry.name).toLowerCase()
      if (entry.isSymbolicLink()) warn(path, await judgeLink(root, path))
      else if (entry.isDirectory()) await visit(path)
      else if (!extensions.has(extension)) ignored.set(extension, (ignored.get(extension) ?? 0) + 1)
      else if (entry.isFile()) files.push(path)
      else warn(path, 'not a regular file, skipped')
    }
  }
  await visit('')
  if (ignored.size > 0) warn('.', `files of other kinds passed over: ${describe(ignored)}`)
  return files
}

async function entriesOf(root: string, folder: string, warn: Warn): Promise<Dirent[]> {
  try {
    const entries = await readdir(join(root, folder), { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (folder === '') throw error
    warn(folder, `folder cannot be read, skipped: ${messageOf(error)}`)
    return []
  }
}

async function judgeLink(root: string, path: string): Promise<string> {
  try {
    const target = await realpath(join(root, path))
    if (target !== root && !target.startsWith(root + sep)) return 'symbolic link leading outside the folder, skipped'
    const inside = relative(root, target)
    const loops = target === root || `${path}/`.startsWith(`${inside.split(sep).join('/')}/`)
    return loops ? 'symbolic link loop, skipped' : 'symbolic link to what is read at its own place, skipped'
  } catch (error) {
    const loops = (error as NodeJS.ErrnoException).code === 'ELOOP'
    return loops ? 'symbolic link loop, skipped' : `symbolic link cannot be followed, skipped: ${messageOf(error)}`
  }
}

function describe(ignored: ReadonlyMap<string, number>): string {
  const counts = [...ignored].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  return counts.map(([extension, count]) => `${count} ${extension || 'without extension'}`).join(', ')
}
