// Micro-bench of our own kernels: exact top 10 over clustered unit vectors. No goal hangs on it; it shows where int8 stands in plain JavaScript.
import os from 'node:os'
import { Bench } from 'tinybench'
import { openFlatIndex } from '../src/index.ts'

const dims = 384
const counts = [3_000, 20_000]
const bench = new Bench({ time: 500 })

function vectors(count: number): Float32Array {
  let state = 1
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return state / 2 ** 31 - 1
  }
  const slab = Float32Array.from({ length: count * dims }, random)
  for (let row = 0; row < count; row++) {
    const own = slab.subarray(row * dims, (row + 1) * dims)
    const norm = Math.hypot(...own)
    for (let i = 0; i < dims; i++) own[i]! /= norm
  }
  return slab
}

for (const count of counts) {
  const slab = vectors(count)
  const query = slab.slice(0, dims)
  for (const representation of ['f32', 'int8'] as const) {
    const index = openFlatIndex({ representation, rescore: 40 }, slab, dims)
    bench.add(`${count} rows, ${representation}`, () => {
      index.search(query, 10)
    })
  }
}
await bench.run()
if (!process.argv.includes('--json')) console.table(bench.table())
const rows = bench.tasks.map(({ name, result }) => ({
  what: name,
  goal: null,
  measured: result.state === 'completed' ? Number(result.latency.p50.toFixed(4)) : null,
  interval: null,
  met: null,
  why: 'median ms; a figure for comparison, no goal',
}))
console.log(
  JSON.stringify({ bench: 'scan', rows, machine: { cpu: os.cpus()[0]?.model, cores: os.availableParallelism() } }),
)
