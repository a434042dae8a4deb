import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { replaceFile, sha256, workspaceRoot } from '../src/index.ts'
import { temporaryFolder } from './fixture.ts'

const writer = fileURLToPath(new URL('./writer.mjs', import.meta.url))

describe('replaceFile', () => {
  it('makes the folder, replaces the content, leaves nothing else behind', () => {
    const folder = temporaryFolder()
    const file = path.join(folder, 'deep', 'er', 'file.json')
    replaceFile(file, 'long old content')
    replaceFile(file, 'new')
    expect(readFileSync(file, 'utf8')).toBe('new')
    expect(readdirSync(path.dirname(file))).toEqual(['file.json'])
  })

  it('kill -9 in the middle of writing: the file is always whole, old or new', async () => {
    const file = path.join(temporaryFolder(), 'file.json')
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, [writer, file], { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(child.stdout, 'data')
      for (let look = 0; look < 20; look++) {
        const { letter, text } = JSON.parse(readFileSync(file, 'utf8'))
        expect(text).toBe(letter.repeat(text.length))
        await new Promise((resolve) => setTimeout(resolve, 1 + round))
      }
      child.kill('SIGKILL')
      await once(child, 'exit')
      const { letter, text } = JSON.parse(readFileSync(file, 'utf8'))
      expect(text).toBe(letter.repeat(100_000 * (1 + 'abc'.indexOf(letter))))
    }
  })

  it.skipIf(process.platform === 'win32')('no room for the new content: the old one stays', () => {
    const file = path.join(temporaryFolder(), 'file.json')
    writeFileSync(file, 'old')
    // the system takes the first blocks of a write and reports that as success
    const { status } = spawnSync('bash', [
      '-c',
      `ulimit -f 8; exec "$0" "$@"`,
      process.execPath,
      writer,
      file,
      '100000',
    ])
    expect(readFileSync(file, 'utf8')).toBe('old')
    expect(status).not.toBe(0)
    execFileSync(process.execPath, [writer, file, '100000'])
    expect(readFileSync(file, 'utf8')).toHaveLength(100_000)
  })
})

describe('workspaceRoot', () => {
  it('is the nearest folder upward with the configuration, unless TENFOLD_ROOT names one', () => {
    const folder = temporaryFolder()
    const inner = path.join(folder, 'packages', 'x')
    mkdirSync(inner, { recursive: true })
    writeFileSync(path.join(folder, 'tenfold.config.ts'), '')
    const before = process.env.TENFOLD_ROOT
    try {
      delete process.env.TENFOLD_ROOT
      expect(workspaceRoot(inner)).toBe(folder)
      process.env.TENFOLD_ROOT = '/some/where'
      expect(workspaceRoot(inner)).toBe('/some/where')
    } finally {
      delete process.env.TENFOLD_ROOT
      if (before !== undefined) process.env.TENFOLD_ROOT = before
    }
  })
})

describe('sha256', () => {
  it('is SHA-256 (FIPS 180 vector)', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })
})
