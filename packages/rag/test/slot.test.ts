import { expect, it } from 'vitest'
import { slot } from '../src/slot.ts'

const part = () => ({ closed: false, close: async () => {} })

it('S2-8 a slot that was closed opens again at the next use, and tells what it does', async () => {
  const told: string[] = []
  let opened = 0
  const held = slot(async () => ({ ...part(), number: ++opened }), {
    beforeOpen: async () => void told.push('before'),
    used: () => told.push('used'),
    afterClose: () => told.push('after'),
  })
  expect([held.busy(), held.openMs()]).toEqual([false, 0])
  await held.close()
  expect(await held.use(async ({ number }) => number)).toBe(1)
  expect(held.openMs()).toBeGreaterThan(0)
  await held.close()
  expect(held.current()).toBeUndefined()
  expect(await held.use(async ({ number }) => number)).toBe(2)
  expect(told.filter((each) => each !== 'used')).toEqual(['before', 'after', 'before'])
  expect(told.at(-1)).toBe('used')
})

it('it is busy while it opens and while it is used, and a close waits for that', async () => {
  let finish = () => {}
  const held = slot(async () => part())
  const used = held.use(() => new Promise<void>((resolve) => (finish = resolve)))
  expect(held.busy()).toBe(true)
  await new Promise(setImmediate)
  const order: string[] = []
  const closing = held.close().then(() => order.push('closed'))
  await new Promise(setImmediate)
  order.push('finished')
  finish()
  await Promise.all([used, closing])
  expect([order, held.busy()]).toEqual([['finished', 'closed'], false])
})

it('what may not be opened stays closed, and is asked for again', async () => {
  let allowed = false
  const held = slot(async () => part(), {
    async beforeOpen() {
      if (!allowed) throw new Error('no room')
    },
  })
  await expect(held.use(async () => {})).rejects.toThrow('no room')
  expect([held.busy(), held.current()]).toEqual([false, undefined])
  allowed = true
  await expect(held.use(async () => 'done')).resolves.toBe('done')
})
