import { messageOf, PipelineError } from '@tenfold/contracts'
import { defaultCeilingBytes } from './ceiling.ts'
import { type GovernorEffects, processEffects } from './effects.ts'
import { evictionOrder, type Holding } from './eviction.ts'
import { type Component, openLedger, type Registration } from './ledger.ts'
import { hysteresisShare, isAtLeast, levelShares, type MemoryLevel, nextLevel } from './levels.ts'

export type { GovernorEffects } from './effects.ts'
export type { Holding } from './eviction.ts'
export type { Component, Registration } from './ledger.ts'
export type { MemoryLevel } from './levels.ts'

export interface GovernorOptions {
  /** Most private bytes of the process. What is free and allowed less a reserve when absent (`defaultCeilingBytes`). */
  ceilingBytes?: number
  /** Time between looks; 0 looks only when asked to. */
  intervalMs?: number
  /** A component used within this time is not idle yet; to let a new load in, it is. */
  idleAfterMs?: number
  /** Called when use rises to 75 % of the ceiling or more. */
  shrinkCaches?(): void
  /** Called when use rises to 85 %, and again at 92 %. */
  smallerBatch?(): void
  onEvent?(event: GovernorEvent): void
  /** What it reads and does; this process when absent. */
  effects?: Partial<GovernorEffects>
}

export interface GovernorEvent {
  action: 'level' | 'shrink-caches' | 'smaller-batch' | 'unload' | 'failed' | 'refuse'
  level: MemoryLevel
  /** After the action. */
  privateBytes: number
  fileBackedBytes: number | null
  /** By which private bytes fell during the action: an estimate where others work meanwhile. */
  freedBytes: number
  ms: number
  component?: string
  /** Why unloading or shrinking failed. */
  reason?: string
}

export interface MemoryGovernor {
  readonly ceilingBytes: number
  register(component: Component): Registration
  /** Looks, and does what the level asks for. */
  check(): Promise<MemoryLevel>
  /**
   * To be awaited before `name` loads so many bytes. Idle components are unloaded to make room. Throws ENGINE_UNAVAILABLE when
   * there is none above 92 % of the ceiling.
   */
  admit(name: string, bytes?: number): Promise<void>
  status(): { level: MemoryLevel; privateBytes: number; fileBackedBytes: number | null; holdings: Holding[] }
  close(): void
}

const everyMs = 250
const idleMs = 1000

/**
 * Keeps the private memory of this process under a ceiling. File-backed memory is told, not counted: the system can drop it. Throws
 * CONFIG_OUT_OF_RANGE for a ceiling that is not above 0.
 */
export function openMemoryGovernor(options: GovernorOptions = {}): MemoryGovernor {
  const {
    ceilingBytes = defaultCeilingBytes(),
    intervalMs = everyMs,
    idleAfterMs = idleMs,
    onEvent = () => {},
  } = options
  if (!(ceilingBytes > 0))
    throw new PipelineError('CONFIG_OUT_OF_RANGE', `a ceiling of ${ceilingBytes} bytes`, 'give more than 0, or none')
  const effects = { ...processEffects, ...options.effects }
  const ledger = openLedger(effects.nowMs)
  const refuseBytes = levelShares.refuse * ceilingBytes
  let level: MemoryLevel = 'normal'
  /** The level whose callbacks were called. */
  let answered: MemoryLevel = 'normal'
  let checking: Promise<MemoryLevel> | undefined
  let turn: Promise<unknown> = Promise.resolve()

  const tell = (event: Pick<GovernorEvent, 'action'> & Partial<GovernorEvent>) =>
    onEvent({ level, freedBytes: 0, ms: 0, ...effects.memory(), ...event })
  const look = (): number => {
    const { privateBytes } = effects.memory()
    const next = nextLevel(level, privateBytes, ceilingBytes)
    if (next !== level) {
      level = next
      tell({ action: 'level' })
    }
    return privateBytes
  }
  /** Does it, has what was freed given back, and tells by how much private memory fell. */
  const freeing = async (action: 'shrink-caches' | 'unload', work: () => unknown, component?: string) => {
    const before = effects.memory().privateBytes
    const start = effects.nowMs()
    const who = component === undefined ? {} : { component }
    try {
      await work()
      effects.giveBack()
    } catch (error) {
      return tell({ action: 'failed', reason: `${action}: ${messageOf(error)}`, ...who })
    }
    tell({ action, freedBytes: before - effects.memory().privateBytes, ms: effects.nowMs() - start, ...who })
  }
  /** Unloads, first things first, until use is below `bytes` or nothing is left that may be unloaded. */
  const makeRoom = async (bytes: number, idleFor: number, except?: string) => {
    const tried = new Set([except])
    while (look() >= bytes) {
      // the order is made anew each time: while one was unloaded, another may have come into use
      const next = evictionOrder(ledger.holdings(), idleFor).find(({ name }) => !tried.has(name))
      if (!next) return
      tried.add(next.name)
      await freeing('unload', () => next.component.unload(), next.name)
    }
  }
  const govern = async (): Promise<MemoryLevel> => {
    look()
    const isRise = level !== answered && isAtLeast(level, answered)
    answered = level
    const { shrinkCaches, smallerBatch } = options
    if (isRise && shrinkCaches) await freeing('shrink-caches', shrinkCaches)
    if (isRise && isAtLeast(level, 'unload') && smallerBatch) {
      smallerBatch()
      tell({ action: 'smaller-batch' })
    }
    if (isAtLeast(level, 'unload')) await makeRoom((levelShares.unload - hysteresisShare) * ceilingBytes, idleAfterMs)
    return level
  }
  /** One after the other: two that make room at once would unload twice as much. */
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = turn.then(work)
    turn = done.catch(() => {})
    return done
  }
  const check = () =>
    (checking ??= inTurn(govern).finally(() => {
      checking = undefined
    }))

  let timer: NodeJS.Timeout | undefined
  if (intervalMs > 0) {
    timer = setInterval(() => void check(), intervalMs)
    timer.unref()
  }

  return {
    ceilingBytes,
    register: ledger.register,
    check,
    admit: (name, bytes = 0) =>
      inTurn(async () => {
        await govern()
        const isFull = () => look() + bytes >= refuseBytes || level === 'refuse'
        if (isFull()) await makeRoom((levelShares.refuse - hysteresisShare) * ceilingBytes - bytes, 0, name)
        if (!isFull()) return
        tell({ action: 'refuse', component: name })
        throw refusal(name, bytes, effects.memory().privateBytes, ceilingBytes)
      }),
    status: () => ({
      level,
      ...effects.memory(),
      holdings: ledger.holdings().map(({ component: _, ...holding }) => holding),
    }),
    close: () => clearInterval(timer),
  }
}

function refusal(name: string, bytes: number, privateBytes: number, ceilingBytes: number): PipelineError {
  const mb = (value: number) => `${Math.round(value / 1e6)} MB`
  const wanted = bytes > 0 ? ` and it takes ${mb(bytes)}` : ''
  const message = `${name} is not loaded: ${mb(privateBytes)} of ${mb(ceilingBytes)} are in use${wanted}`
  const hint =
    'raise memory.ceilingMb, or map the weights (memory.weights), lower memory.batchCeiling or the context window'
  return new PipelineError('ENGINE_UNAVAILABLE', message, hint)
}
