import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type FlatIndex, type IndexOptions, openFlatIndex } from '../src/index.ts'
import { bestEngine, type Engine, enginesOf } from '../src/kernels/engine.ts'
import { type Kernels, rowsPerCall } from '../src/kernels/kernel.ts'
import { readTask, seatAt, state, takenAt } from '../src/split/task.ts'

const representations = ['f32', 'int8', 'bit'] as const
const open: FlatIndex[] = []
afterEach(() => {
  for (const index of open.splice(0)) index.close()
})

/** Does something before each call of a kernel by the thread that asks. `control`: where threads agree. */
function engineWith(before: (control: Int32Array) => void): Engine {
  const engine = bestEngine()
  return {
    name: engine.name,
    open(shared) {
      const opened = engine.open(shared)
      const control = new Int32Array(opened.memory.buffer)
      const kernels = Object.fromEntries(
        Object.entries(opened.kernels).map(([name, kernel]) => [
          name,
          (...given: Parameters<typeof kernel>) => {
            before(control)
            return kernel(...given)
          },
        ]),
      ) as Kernels
      return { ...opened, kernels }
    },
  }
}

/** Leaves the others a lead, so that they take parts however busy the machine is. */
const pause = () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 0.2)
/** Once another is called: nothing until it has taken all that was left. */
const leavesTheRest = engineWith((control) => {
  const { count } = readTask(new Uint32Array(control.buffer)).task
  const isShared = Atomics.load(control, seatAt(0)) > state.idle
  while (isShared && Atomics.load(control, takenAt) < count) pause()
})

/** Small whole numbers, so that ties are frequent, and reach over the parts. */
function numbers(seed: number, count: number): Float32Array {
  let value = seed >>> 0
  return Float32Array.from({ length: count }, () => {
    value = (Math.imul(value, 1664525) + 1013904223) >>> 0
    return Math.floor(value / 2 ** 32 / (1 / 7)) - 3
  })
}

async function shared(options: IndexOptions, vectors: Float32Array, dims: number, engine?: Engine) {
  const index = openFlatIndex({ splitFromBytes: 1, threads: 2, ...options }, vectors, dims, engine)
  open.push(index)
  await index.ready()
  return index
}

const cases = fc.record({
  representation: fc.constantFrom(...representations),
  threads: fc.integer({ min: 1, max: 3 }),
  dims: fc.integer({ min: 1, max: 40 }),
  count: fc.integer({ min: 0, max: 3 * rowsPerCall }),
  rescore: fc.integer({ min: 1, max: 300 }),
  k: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constant(rowsPerCall + 1)),
  share: fc.constantFrom(0, 0.001, 0.1, 0.7),
  seed: fc.integer({ min: 1, max: 2 ** 31 }),
})

describe('a scan that threads share', () => {
  it('S3-44 finds what one thread finds, in its order, while rows come and go', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ representation, threads, dims, count, rescore, k, share, seed }) => {
        const vectors = numbers(seed, count * dims)
        const options = { representation, rescore }
        const alone = openFlatIndex(options, vectors, dims)
        const split = await shared({ ...options, threads }, vectors, dims, engineWith(pause))
        expect(split.threads).toBe(threads)
        const same = (query: Float32Array) => {
          const filter = Uint32Array.from({ length: count * share }, (_, i) => Math.floor(i / share))
          expect(split.search(query, k)).toEqual(alone.search(query, k))
          expect(split.search(query, k, filter)).toEqual(alone.search(query, k, filter))
        }
        const queries = numbers(seed + 1, 3 * dims)
        same(queries.subarray(0, dims))
        for (const index of [alone, split]) for (let row = 0; row < count; row += 50) index.remove(row)
        same(queries.subarray(dims, 2 * dims))
        // more than were removed: the memory grows under the workers
        const more = numbers(seed + 2, (Math.ceil(count / 50) + 20) * dims)
        for (const index of [alone, split])
          for (let at = 0; at < more.length; at += dims) index.add(more.subarray(at, at + dims))
        same(queries.subarray(2 * dims))
        split.close()
      }),
      { numRuns: 10 },
    )
  })

  it.each(representations)('is shared: another thread takes all parts but one, %s', async (representation) => {
    const dims = 16
    const count = 5 * rowsPerCall
    const vectors = numbers(5, count * dims)
    const query = vectors.slice(0, dims)
    const options = { representation, rescore: 100 }
    const index = await shared(options, vectors, dims, leavesTheRest)
    expect(index.search(query, 60)).toEqual(openFlatIndex(options, vectors, dims).search(query, 60))
  })

  it('lies in pages as large as memory of one thread does', async () => {
    const vectors = numbers(1, 6000 * 384)
    const alone = openFlatIndex({ representation: 'f32', rescore: 1 }, vectors, 384)
    expect((await shared({ representation: 'f32', rescore: 1 }, vectors, 384)).hugePages).toBe(alone.hugePages)
  })
})

describe('one thread goes on alone', () => {
  const [dims, count, k] = [64, 3 * rowsPerCall, 30]
  const vectors = numbers(9, count * dims)
  const query = vectors.slice(0, dims)
  const options = { representation: 'f32', rescore: k } as const
  const right = openFlatIndex(options, vectors, dims).search(query, k)
  /** The worker that is started while `start` runs. */
  async function withWorker<Result>(start: () => Promise<Result>): Promise<[Result, Worker]> {
    const started = once(process, 'worker') as Promise<[Worker]>
    return [await start(), (await started)[0]]
  }

  it('when a worker is ended in mid-life, in every search from then on', async () => {
    const [index, worker] = await withWorker(() => shared(options, vectors, dims))
    expect(index.search(query, k)).toEqual(right)
    const ended = worker.terminate()
    // not known yet to have ended; it may end while it holds parts
    for (let i = 0; i < 20; i++) expect(index.search(query, k)).toEqual(right)
    await ended
    expect(index.threads).toBe(1)
    expect(index.search(query, k)).toEqual(right)
  })

  it('when a worker never hands over the parts it took', async () => {
    let isLost = false
    const lose = engineWith((control) => {
      if (isLost || Atomics.load(control, seatAt(0)) <= state.idle) return
      isLost = true
      while (Atomics.load(control, seatAt(0)) !== state.done) pause()
      Atomics.store(control, seatAt(0), state.joined)
    })
    const [index, worker] = await withWorker(() => shared(options, vectors, dims, lose))
    const ended = once(worker, 'exit')
    // on a busy machine the worker may have taken all parts before this thread takes one
    for (let i = 0; i < 100 && !isLost; i++) expect(index.search(query, k)).toEqual(right)
    expect(isLost).toBe(true)
    expect(index.search(query, k)).toEqual(right)
    await ended
    expect(index.threads).toBe(1)
    expect(index.search(query, k)).toEqual(right)
  })

  it('when a worker dies before it has started', async () => {
    process.once('worker', (worker) => void worker.terminate())
    const index = await shared(options, vectors, dims)
    expect(index.threads).toBe(1)
    expect(index.search(query, k)).toEqual(right)
  })

  it('when it is closed, and the workers end', async () => {
    const [index, worker] = await withWorker(() => shared(options, vectors, dims))
    const ended = once(worker, 'exit')
    index.close()
    await ended
    expect([index.threads, index.search(query, k)]).toEqual([1, right])
  })

  it('when scans are short, or run as JavaScript', async () => {
    let started = 0
    const count = () => started++
    process.on('worker', count)
    const short = await shared({ ...options, splitFromBytes: vectors.byteLength + 1 }, vectors, dims)
    const plain = await shared(options, vectors, dims, enginesOf().at(-1))
    expect(short.search(query, k)).toEqual(right)
    expect(plain.search(query, k).rows).toEqual(right.rows)
    await new Promise(setImmediate)
    process.off('worker', count)
    expect([started, plain.threads]).toEqual([0, 1])
  })
})

describe('a process', () => {
  const script = `
    const { openFlatIndex } = await import(process.argv[1])
    const vectors = Float32Array.from({ length: 64000 }, (_, i) => i % 97)
    const index = openFlatIndex({ representation: 'f32', rescore: 1, threads: 3, splitFromBytes: 1 }, vectors, 64)
    await index.ready()
    const { rows } = index.search(vectors.slice(0, 64), 3)
    console.log(JSON.stringify([index.threads, rows.length]))`
  const run = (...flags: string[]) => {
    const built = new URL('../dist/index.js', import.meta.url).href
    const given = [...flags, '--no-warnings', '--input-type=module', '--eval', script, built]
    return JSON.parse(execFileSync(process.execPath, given, { encoding: 'utf8', timeout: 20_000 })) as number[]
  }

  it('ends though its index was not closed', () => {
    expect(run()).toEqual([3, 3])
  })

  it('that may start no threads scans alone', () => {
    const confined = ['--permission', '--experimental-permission'].find((flag) =>
      process.allowedNodeEnvironmentFlags.has(flag),
    )!
    expect(run(confined, '--allow-fs-read=*')).toEqual([1, 3])
  })
})
