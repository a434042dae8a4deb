import { expect, it } from 'vitest'
import { throttle } from '../src/throttle.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

it('S4-21 half as many at once after a busy server, and more again while it goes well', async () => {
  const limit = throttle(8, (error) => (error as Error).message === 'busy')
  let running = 0
  let most = 0
  const work = async (fails: boolean) => {
    running++
    most = Math.max(most, running)
    await turn()
    running--
    if (fails) throw new Error('busy')
  }
  const round = async (count: number, fails = false) => {
    most = 0
    await Promise.allSettled(Array.from({ length: count }, () => limit(() => work(fails))))
    return most
  }
  expect(await round(30)).toBe(8)
  await round(2, true)
  expect(await round(2)).toBe(2)
  expect(await round(3)).toBeLessThanOrEqual(3)
  await round(8, true)
  expect(await round(1)).toBe(1)
  expect(await round(100)).toBe(8)
})

it('an error that is no busy server takes nothing away', async () => {
  const limit = throttle(2, () => false)
  await expect(limit(() => Promise.reject(new Error('other')))).rejects.toThrow('other')
  let running = 0
  const seen: number[] = []
  const work = async () => {
    seen.push(++running)
    await turn()
    running--
  }
  await Promise.all([limit(work), limit(work)])
  expect(seen).toEqual([1, 2])
})
