import { PipelineError } from '@tenfold/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evictionOrder, evictionScore, type Holding } from '../../src/governor/eviction.ts'
import {
  type Component,
  collectGarbage,
  type GovernorEvent,
  type GovernorOptions,
  openMemoryGovernor,
} from '../../src/index.ts'

/** A process of planned size: what components hold, and the rest. Only reading, clock and giving back are replaced. */
function plannedProcess(restBytes: number, options: Partial<GovernorOptions> = {}) {
  const process = { nowMs: 0, restBytes, held: new Map<string, number>(), unloaded: [] as string[], gaveBack: 0 }
  const events: GovernorEvent[] = []
  const privateBytes = () => process.restBytes + [...process.held.values()].reduce((sum, bytes) => sum + bytes, 0)
  const governor = openMemoryGovernor({
    ceilingBytes: 1000,
    intervalMs: 0,
    onEvent: (event) => events.push(event),
    ...options,
    effects: {
      nowMs: () => process.nowMs,
      memory: () => ({ privateBytes: privateBytes(), fileBackedBytes: 77 }),
      giveBack() {
        process.gaveBack++
      },
    },
  })
  const kept: Component[] = []
  const add = (name: string, bytes: number, reloadMs = 100, busy = () => false) => {
    process.held.set(name, bytes)
    const component: Component = {
      name,
      bytes: () => process.held.get(name) ?? 0,
      reloadMs,
      busy,
      async unload() {
        await new Promise(setImmediate)
        process.held.set(name, 0)
        process.unloaded.push(name)
      },
    }
    kept.push(component)
    return governor.register(component)
  }
  return { process, governor, events, add, kept }
}

const actions = (events: readonly GovernorEvent[]) => events.map(({ action }) => action)

describe('S2-44 what a level does', () => {
  it('75 %: caches are asked to shrink, once a rise; nothing is unloaded', async () => {
    let shrunk = 0
    const { process, governor, events, add } = plannedProcess(700, { shrinkCaches: () => void shrunk++ })
    add('encoder', 60)
    process.nowMs = 60_000
    expect([await governor.check(), await governor.check()]).toEqual(['shrink', 'shrink'])
    expect([shrunk, process.unloaded, actions(events)]).toEqual([1, [], ['level', 'shrink-caches']])
    process.restBytes = 100
    await governor.check()
    process.restBytes = 700
    await governor.check()
    expect(shrunk).toBe(2)
  })

  it('85 %: batches get smaller and what is idle goes, until use is below 80 %; what freed how much is told', async () => {
    let smaller = 0
    const { process, governor, events, add } = plannedProcess(500, { smallerBatch: () => void smaller++ })
    add('small', 50)
    add('large', 300)
    process.nowMs = 5000
    expect(await governor.check()).toBe('normal')
    expect([process.unloaded, smaller]).toEqual([['large'], 1])
    expect(actions(events)).toEqual(['level', 'smaller-batch', 'unload', 'level'])
    expect(events[2]).toMatchObject({ component: 'large', freedBytes: 300, privateBytes: 550, fileBackedBytes: 77 })
    expect(process.gaveBack).toBe(1)
  })

  it('what was used within a second is not idle', async () => {
    const { process, governor, add } = plannedProcess(500)
    const encoder = add('encoder', 400)
    process.nowMs = 60_000
    encoder.touch()
    process.nowMs = 60_900
    await governor.check()
    expect(process.unloaded).toEqual([])
    process.nowMs = 61_000
    await governor.check()
    expect(process.unloaded).toEqual(['encoder'])
  })

  it('92 %: a new load is refused when nothing may go, with the way out', async () => {
    const { governor, events, add } = plannedProcess(930)
    add('encoder', 10, 100, () => true)
    const refused = await governor.admit('generator', 50e6).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(PipelineError)
    expect(refused).toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringMatching(/^generator is not loaded: .* it takes 50 MB/),
      hint: expect.stringContaining('memory.ceilingMb'),
    })
    expect(events.at(-1)).toMatchObject({ action: 'refuse', component: 'generator', level: 'refuse' })
  })

  it('a load that does not fit makes room first, from what is idle for however short a time, and never from itself', async () => {
    const { process, governor, add } = plannedProcess(500)
    add('encoder', 300)
    add('generator', 0)
    await governor.admit('generator', 400)
    expect(process.unloaded).toEqual(['encoder'])
    process.held.set('generator', 400)
    process.restBytes = 590
    await expect(governor.admit('generator', 100)).rejects.toThrow(/not loaded/)
    expect(process.unloaded).toEqual(['encoder'])
  })

  it('an unload that fails is told, and the next component is tried', async () => {
    const { process, governor, events, add, kept } = plannedProcess(500)
    add('broken', 300)
    add('fine', 200)
    kept[0]!.unload = async () => {
      throw new Error('planted')
    }
    process.nowMs = 5000
    await governor.check()
    expect(events).toContainEqual(
      expect.objectContaining({ action: 'failed', component: 'broken', reason: 'unload: planted' }),
    )
    expect(process.unloaded).toEqual(['fine'])
  })
})

describe('S2-4 the ledger', () => {
  it('keeps no component alive, and its name becomes free', async () => {
    const { governor } = plannedProcess(0)
    const register = (): WeakRef<Component> => {
      const component: Component = { name: 'encoder', bytes: () => 1, reloadMs: 1, unload: async () => {} }
      governor.register(component)
      return new WeakRef(component)
    }
    const gone = register()
    expect(governor.status().holdings.map(({ name }) => name)).toEqual(['encoder'])
    expect(register).toThrow(/two components are called "encoder"/)
    await new Promise((resolve) => setTimeout(resolve))
    collectGarbage()
    expect(gone.deref()).toBeUndefined()
    expect(governor.status().holdings).toEqual([])
    expect(register).not.toThrow()
  })

  it('a component that was removed is not unloaded', async () => {
    const { process, governor, add } = plannedProcess(900)
    const encoder = add('encoder', 50)
    process.nowMs = 5000
    encoder.remove()
    await governor.check()
    expect(process.unloaded).toEqual([])
  })
})

describe('S2-8 eviction', () => {
  const holding = fc.record({
    name: fc.string(),
    bytes: fc.nat(1e9),
    idleMs: fc.nat(1e7),
    reloadMs: fc.nat(1e5),
    busy: fc.boolean(),
  })

  it('order: bytes x idle time / reload cost, most first; never what is busy, not loaded or just used', () => {
    fc.assert(
      fc.property(fc.array(holding), fc.nat(1e4), (holdings: Holding[], idleAfterMs) => {
        const order = evictionOrder(holdings, idleAfterMs)
        const may = holdings.filter(({ busy, bytes, idleMs }) => !busy && bytes > 0 && idleMs >= idleAfterMs)
        expect(new Set(order)).toEqual(new Set(may))
        for (const [i, next] of order.entries()) {
          if (i === 0) continue
          const [a, b] = [order[i - 1]!, next]
          expect((a.bytes * a.idleMs) / Math.max(a.reloadMs, 1)).toBeGreaterThanOrEqual(evictionScore(b))
        }
      }),
    )
  })

  it('nothing busy is ever unloaded, even when it comes into use while another is being unloaded', async () => {
    const part = fc.record({ bytes: fc.integer({ min: 1, max: 500 }), reloadMs: fc.nat(1000), busyAfter: fc.nat(6) })
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 6 }), fc.nat(1000), async (parts, restBytes) => {
        const { process, governor, kept, add } = plannedProcess(restBytes)
        const isBusy = (busyAfter: number) => process.unloaded.length >= busyAfter
        const wronged: string[] = []
        for (const [i, { bytes, reloadMs, busyAfter }] of parts.entries()) {
          add(`part ${i}`, bytes, reloadMs, () => isBusy(busyAfter))
          const { unload } = kept[i]!
          kept[i]!.unload = async () => {
            if (isBusy(busyAfter)) wronged.push(`part ${i}`)
            await unload()
          }
        }
        process.nowMs = 10_000
        await governor.check()
        await governor.admit('another', 100).catch(() => {})
        expect(wronged).toEqual([])
        const used = restBytes + [...process.held.values()].reduce((sum, bytes) => sum + bytes, 0)
        const left = parts.filter(({ busyAfter }, i) => process.held.get(`part ${i}`)! > 0 && !isBusy(busyAfter))
        // either there is room again, or all that is left is at work
        if (used + 100 >= 920) expect(left).toEqual([])
      }),
      { numRuns: 50 },
    )
  })

  it('two that need room at once do not unload twice what is needed', async () => {
    const { process, governor, add } = plannedProcess(300)
    add('a', 300)
    add('b', 250)
    await Promise.all([governor.admit('c', 100), governor.check(), governor.admit('d', 100)])
    expect(process.unloaded).toHaveLength(1)
  })
})

it.each([0, -1, Number.NaN])('a ceiling of %d bytes is refused', (ceilingBytes) => {
  expect(() => openMemoryGovernor({ ceilingBytes, intervalMs: 0 })).toThrow(/a ceiling of/)
})

describe('on this process', () => {
  it('S0-17 reads private memory, gives back, and its timer keeps no process alive', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    const events: GovernorEvent[] = []
    const governor = openMemoryGovernor({ ceilingBytes: 1, intervalMs: 5, onEvent: (event) => events.push(event) })
    expect(timers()).toBe(before)
    let block: Buffer | undefined = Buffer.alloc(64 * 2 ** 20, 1)
    const component: Component = {
      name: 'block',
      bytes: () => block?.length ?? 0,
      reloadMs: 1,
      async unload() {
        block = undefined
      },
    }
    governor.register(component)
    await governor.admit('more').catch(() => {})
    governor.close()
    expect(governor.status().privateBytes).toBeGreaterThan(10e6)
    const unloaded = events.find(({ action }) => action === 'unload')
    expect(unloaded).toMatchObject({ component: component.name })
    expect(unloaded!.freedBytes).toBeGreaterThan(0.85 * 64 * 2 ** 20)
  })
})
