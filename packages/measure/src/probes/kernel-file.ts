import { readFileSync } from 'node:fs'

/** The text of a file under /proc or /sys; empty where there is none. */
export function kernelFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
