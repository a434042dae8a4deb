import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** The nearest folder upward that holds tenfold.config.ts or pnpm-workspace.yaml; TENFOLD_ROOT wins. */
export function workspaceRoot(from = process.cwd()): string {
  if (process.env.TENFOLD_ROOT) return path.resolve(process.env.TENFOLD_ROOT)
  const marks = ['tenfold.config.ts', 'pnpm-workspace.yaml']
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if (marks.some((mark) => existsSync(path.join(folder, mark)))) return folder
    if (folder === path.dirname(folder)) return path.resolve(from)
  }
}

/** Replaces a file whole or not at all: temporary file beside it, flushed, then renamed. */
export function replaceFile(file: string, content: string): void {
  mkdirSync(path.dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  const handle = openSync(temporary, 'w')
  try {
    // not writeSync: it may write less than asked (a full disk) without an error
    writeFileSync(handle, content)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(temporary, file)
}

export const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')
export const sha256OfFile = (file: string): string => sha256(readFileSync(file))
export const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
