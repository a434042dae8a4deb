import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { defaultConfig } from '@tenfold/contracts'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadSettings, startConfig, targetOf } from '../src/index.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'tenfold-settings-'))
  for (const name of ['TARGET', 'DATA', 'STORE', 'RERANKER', 'PROFILE', 'START']) vi.stubEnv(`TENFOLD_${name}`, '')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(root, { recursive: true, force: true })
})

const write = (text: string) => writeFileSync(path.join(root, 'tenfold.config.ts'), text)

describe('loadSettings', () => {
  it('without a file: the defaults', async () => {
    expect(await loadSettings(root)).toEqual({
      target: '@tenfold/rag',
      data: 'default',
      profile: 'quick',
      start: 'defaults',
      config: {},
    })
  })

  it('reads TypeScript; a data folder is meant from the root', async () => {
    write(`const profile: 'full' = 'full'\nexport default { profile, data: './docs', config: { 'rag.k': 7 } }`)
    expect(await loadSettings(root)).toMatchObject({
      profile: 'full',
      data: path.join(root, 'docs'),
      config: { 'rag.k': 7 },
    })
  })

  it('a reranker reaches the door: a file is meant from the root, a package is named as it is', async () => {
    write(`export default { reranker: './mine.mjs' }`)
    const settings = await loadSettings(root)
    expect(targetOf(settings)).toEqual({ module: '@tenfold/rag', options: { reranker: path.join(root, 'mine.mjs') } })
    vi.stubEnv('TENFOLD_RERANKER', 'some-package')
    expect(targetOf(await loadSettings(root))).toMatchObject({ options: { reranker: 'some-package' } })
    write('export default {}')
    vi.stubEnv('TENFOLD_RERANKER', '')
    expect(targetOf(await loadSettings(root))).toEqual({ module: '@tenfold/rag' })
  })

  it('reads it inside an ES module package just as well', async () => {
    writeFileSync(path.join(root, 'package.json'), '{"type":"module"}')
    write(`export default { profile: 'standard' as const }`)
    expect(await loadSettings(root)).toMatchObject({ profile: 'standard' })
  })

  it('the environment wins', async () => {
    write(`export default { profile: 'full', data: './docs', target: './mine.mjs' }`)
    vi.stubEnv('TENFOLD_PROFILE', 'standard')
    vi.stubEnv('TENFOLD_DATA', 'default')
    vi.stubEnv('TENFOLD_TARGET', '@tenfold/rag')
    vi.stubEnv('TENFOLD_START', 'accepted')
    expect(await loadSettings(root)).toEqual({
      target: '@tenfold/rag',
      data: 'default',
      profile: 'standard',
      start: 'accepted',
      config: {},
    })
  })

  it('the store is a knob of its owner, wherever it is named', async () => {
    write(`export default { store: 'postgres', config: { 'rag.k': 7 } }`)
    expect((await loadSettings(root)).config).toEqual({ 'rag.k': 7, 'rag.store': 'postgres' })
    vi.stubEnv('TENFOLD_STORE', 'sqlite')
    expect((await loadSettings(root)).config).toMatchObject({ 'rag.store': 'sqlite' })
    vi.stubEnv('TENFOLD_STORE', 'excel')
    await expect(loadSettings(root)).rejects.toMatchObject({ code: 'CONFIG_OUT_OF_RANGE' })
  })

  it.each([
    [`export default { profile: 'fast' }`, 'CONFIG_OUT_OF_RANGE', 'profile'],
    [`export default { profil: 'full' }`, 'CONFIG_OUT_OF_RANGE', 'profil'],
    [`export default { config: { 'rag.k': 0 } }`, 'CONFIG_OUT_OF_RANGE', 'rag.k'],
    [`export default { config: { 'rag.kk': 1 } }`, 'CONFIG_UNKNOWN_KEY', 'rag.kk'],
    [`export default {`, 'CONFIG_UNREADABLE', 'tenfold.config.ts'],
    [`throw new Error('no luck')`, 'CONFIG_UNREADABLE', 'no luck'],
  ])('%s: %s names %s, exit 2', async (text, code, named) => {
    write(text)
    await expect(loadSettings(root)).rejects.toMatchObject({
      code,
      exitCode: 2,
      message: expect.stringContaining(named),
    })
  })

  it('a bad value in the environment is refused by its name', async () => {
    vi.stubEnv('TENFOLD_PROFILE', 'turbo')
    await expect(loadSettings(root)).rejects.toMatchObject({
      code: 'CONFIG_OUT_OF_RANGE',
      message: expect.stringContaining('profile'),
    })
  })
})

describe('startConfig', () => {
  const settings = {
    target: 't',
    data: 'default',
    profile: 'quick',
    start: 'defaults',
    config: { 'rag.k': 7 },
  } as const

  it('is the defaults with the owner’s settings on top', () => {
    expect(startConfig(settings, root)).toEqual({ ...defaultConfig, 'rag.k': 7 })
  })

  it('accepted needs a finished run', () => {
    expect(() => startConfig({ ...settings, start: 'accepted' }, root)).toThrow(/phase_10_complete.json does not exist/)
  })
})
