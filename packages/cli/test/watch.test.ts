import { spawn } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { folder, main, tenfold } from './process.ts'

const lock = '# Lock\n\nThe lock closes at nine in the evening.\n'
const oven = '# Oven\n\nSourdough is baked in a stone oven before dawn.\n'

describe('tenfold ingest --watch', () => {
  it('follows additions, changes and removals, embeds only what is new, and ends with 130 on Ctrl-C', async () => {
    const root = folder()
    const source = folder({ 'lock.md': lock, 'oven.md': oven })
    const env = { ...process.env, TENFOLD_ROOT: root }
    const child = spawn(process.execPath, [main, 'ingest', source, '--watch', '--json'], { cwd: root, env })
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    let errors = ''
    child.stderr.on('data', (data) => {
      errors += data
    })
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const next = async () => JSON.parse((await lines.next()).value ?? `{"died":${JSON.stringify(errors)}}`)
    try {
      expect(await next()).toMatchObject({ docs: 2, embedded: 2, removed: 0 })
      writeFileSync(join(source, 'tide.md'), '# Tide\n\nHigh water is at noon today.\n')
      expect(await next()).toMatchObject({ docs: 3, unchanged: 2, embedded: 1 })
      writeFileSync(join(source, 'lock.md'), lock.replace('nine', 'ten'))
      expect(await next()).toMatchObject({ docs: 3, unchanged: 2, embedded: 1 })
      rmSync(join(source, 'oven.md'))
      expect(await next()).toMatchObject({ docs: 2, unchanged: 2, embedded: 0, removed: 1 })
      child.kill('SIGINT')
      expect(await ended, errors).toBe(130)
      expect(errors).toContain('watching')
      expect(errors).not.toMatch(/Error|INTERRUPTED/)
    } finally {
      child.kill('SIGKILL')
    }
  }, 60_000)

  it('needs a folder, and does not go with --duplicates', async () => {
    expect(await tenfold(folder(), ['ingest', '--watch'])).toMatchObject({ code: 2 })
    expect(await tenfold(folder(), ['ingest', '.', '--watch', '--duplicates'])).toMatchObject({ code: 2 })
  })
})

describe('tenfold ingest --duplicates', () => {
  it('S3-24: lists the passages that are nearly the same, and removes none', async () => {
    const root = folder()
    const source = folder({ 'a.md': lock, 'b.md': lock.replace('closes', 'shuts'), 'c.md': oven })
    const told = await tenfold(root, ['ingest', source, '--duplicates'])
    expect(told.code, told.stderr).toBe(0)
    expect(told.stdout).toMatch(/1 pairs at least 95 % alike among 3 chunks\n {2}0\.9\d\d {2}a\.md ≈ b\.md {2}"/)
    const { stdout } = await tenfold(root, ['ingest', source, '--duplicates', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      docs: 3,
      unchanged: 3,
      duplicates: { found: 1, chunks: 3, compared: 3, pairs: [{ a: { docId: 'a.md' }, b: { docId: 'b.md' } }] },
    })
  })
})
