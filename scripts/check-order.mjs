// Reads `turbo run phase10 --dry=json` and checks that every phase waits for the one before it.
import { readFileSync } from 'node:fs'

const { tasks } = JSON.parse(readFileSync(0, 'utf8').replace(/^[^{]*/, ''))
const order = [
  'baseline',
  'profiler',
  'memory-optimizer',
  'speed-optimizer',
  'metal-optimizer',
  'db-optimizer',
  'cache-manager',
  'auto-tuner',
  'report',
]
const wrong = order.filter((name, i) => {
  const task = tasks.find((/** @type {{ taskId: string }} */ each) => each.taskId === `@tenfold/${name}#phase10`)
  const before = i === 0 ? '//#build:all' : `@tenfold/${order[i - 1]}#phase10`
  return !task?.dependencies.includes(before)
})
console.log(wrong.length === 0 ? `order: ${order.join(' → ')}` : `not in order: ${wrong.join(', ')}`)
process.exitCode = wrong.length === 0 ? 0 : 1
