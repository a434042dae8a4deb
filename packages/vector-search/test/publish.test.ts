import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { checkFile } from '../src/graph/check.ts'
import { viewGraph } from '../src/graph/graph.ts'
import { readManifest, rollBack } from '../src/index.ts'
import { publish, row, scratch } from './graphs.ts'
import { topics } from './vectors.ts'

const dims = 32
const vectors = topics(400, dims, 30, 1)
const graphs = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.usearch'))

it('keeps the previous graph and no older one, and can go back to it', async () => {
  const folder = scratch(onTestFinished)
  expect(readManifest(folder)).toBeUndefined()
  expect(() => rollBack(folder)).toThrow(expect.objectContaining({ code: 'INDEX_MISSING' }))
  const published = []
  for (const through of [1, 2, 3]) published.push(await publish(folder, vectors, dims, { through }))
  expect(published.map(({ version }) => version)).toEqual([1, 2, 3])
  expect(readManifest(folder)).toEqual(published[2])
  expect(graphs(folder).toSorted()).toEqual([published[1]!.file, published[2]!.file])
  const back = rollBack(folder)
  expect(back).toEqual({ ...published[1], version: 4 })
  expect(readManifest(folder)).toEqual(back)
  await checkFile(path.join(folder, back.file), back)
})

it('refuses a graph that does not find what the proof asks for, and leaves the one in force', async () => {
  const folder = scratch(onTestFinished)
  const first = await publish(folder, vectors, dims)
  const truth = { rows: Uint32Array.of(390, 391, 392, 393, 394, 395, 396, 397, 398, 399), scores: new Float32Array(10) }
  const proof = [{ query: row(vectors, dims, 0), truth }]
  await expect(publish(folder, vectors, dims, { ef: 10, proof })).rejects.toMatchObject({
    code: 'INDEX_MISMATCH',
    message: expect.stringMatching(/the target is 0.9/),
  })
  expect(readManifest(folder)).toEqual(first)
  expect(graphs(folder)).toEqual([first.file])
})

/** `pnpm test:slow` has more. */
const kills = Number(process.env.TENFOLD_KILLS ?? 4)

it(
  `killed at ${kills} random moments, a publish leaves the old graph or the new one`,
  async () => {
    const folder = scratch(onTestFinished)
    const versions: number[] = []
    for (let kill = 0; kill < kills; kill++) {
      const child = spawn(process.execPath, [path.join(import.meta.dirname, 'publishing.mjs'), folder])
      await once(child.stdout, 'data')
      await wait(80 * Math.random())
      child.kill('SIGKILL')
      await once(child, 'exit')
      const manifest = readManifest(folder)!
      const file = path.join(folder, manifest.file)
      await checkFile(file, manifest)
      const graph = await viewGraph(file, manifest, manifest.dims, manifest.rows)
      expect(graph.size).toBe(manifest.through)
      versions.push(manifest.version)
      const previous = readManifest(folder, path.join(folder, 'previous.json'))
      if (previous) expect(existsSync(path.join(folder, previous.file))).toBe(true)
      // what a killed publish leaves behind goes with the next
      expect(graphs(folder).length).toBeLessThanOrEqual(4)
    }
    expect(versions).toEqual(versions.toSorted((a, b) => a - b))
    expect(new Set(versions).size).toBe(kills)
    rmSync(folder, { recursive: true, force: true })
  },
  60_000 + kills * 5000,
)
