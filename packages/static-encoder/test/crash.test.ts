import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { ensureTable } from '../src/table-cache.ts'
import { folder, tableOf } from './fixture.ts'

it('kill -9 while a table is written leaves no half table; the next start makes it whole and sweeps up', async () => {
  const place = folder()
  const child = spawn(process.execPath, [join(import.meta.dirname, 'killed-writer.mjs'), place], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const output: string[] = []
  child.stdout.on('data', (text) => output.push(String(text)))
  const exit = once(child, 'exit')
  while (readdirSync(place).length === 0 && child.exitCode === null) await sleep(1)
  child.kill('SIGKILL')
  await exit
  expect(output).toEqual([])
  const [part, ...others] = readdirSync(place)
  expect(part).toMatch(/\.part$/)
  expect(others).toEqual([])

  const longAgo = new Date(Date.now() - 3_600_000)
  utimesSync(join(place, part!), longAgo, longAgo)
  const table = tableOf(4, 2)
  expect(await ensureTable(place, 'k', async () => table)).toEqual(table)
  expect(readdirSync(place)).toEqual(['k.bin'])
})
