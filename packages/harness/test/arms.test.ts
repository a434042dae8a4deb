import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { defaultConfig } from '@tenfold/contracts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openArms } from '../src/index.ts'

const root = mkdtempSync(path.join(os.tmpdir(), 'tenfold-arms-'))
const module = path.join(root, 'target.mjs')
const seen = path.join(root, 'seen.json')
beforeAll(() => {
  process.env.TENFOLD_ROOT = root
  mkdirSync(path.join(root, 'index'))
  writeFileSync(
    module,
    `import { appendFileSync } from 'node:fs'
    export default { name: 't', knobs: {}, async open({ index, workspace }) {
      appendFileSync(${JSON.stringify(seen)}, JSON.stringify([index ?? null, workspace !== index]) + '\\n')
      return { close: async () => {} }
    } }`,
  )
})
afterAll(() => {
  delete process.env.TENFOLD_ROOT
  rmSync(root, { recursive: true, force: true })
})

it('an arm is told the index it is a copy of, or the one it builds', async () => {
  const index = path.join(root, 'index')
  const into = path.join(root, 'built')
  const arm = (from: string | null) => ({ target: { module }, config: defaultConfig, index: from })
  const open = async (arms: ReturnType<typeof arm>[], tasks: { kind: 'ingest'; into: string }[] = []) => {
    for (const each of await openArms({ arms, tasks, seed: 1 })) await each.close()
  }
  await open([arm(index)])
  await open([arm(null)], [{ kind: 'ingest', into }])
  await open([arm(null)])
  const lines = readFileSync(seen, 'utf8').trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    [index, true],
    [into, true],
    [null, true],
  ])
})
