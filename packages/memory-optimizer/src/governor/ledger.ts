import type { Holding } from './eviction.ts'

/** What can be loaded, unloaded, and loaded again when it is needed next. */
export interface Component {
  readonly name: string
  /** Private bytes it holds now, or an estimate; 0 when it is not loaded. */
  bytes(): number
  /** What loading it again takes. */
  readonly reloadMs: number
  unload(): Promise<void>
  /** At work, or being loaded: it is never unloaded then. Never busy when absent. */
  busy?(): boolean
}

/** A component that is in the ledger. Holds no reference to it. */
export interface Registration {
  /** It was used just now. */
  touch(): void
  remove(): void
}

interface Entry {
  component: WeakRef<Component>
  lastUsedMs: number
}

export interface Ledger {
  register(component: Component): Registration
  /** Components still alive, as they are now. */
  holdings(): (Holding & { component: Component })[]
}

/** Knows components by weak references: being in the ledger keeps none alive, so whoever registers one holds it. */
export function openLedger(nowMs: () => number): Ledger {
  const entries = new Map<string, Entry>()
  return {
    register(component) {
      const { name } = component
      if (entries.get(name)?.component.deref())
        throw new RangeError(`two components are called ${JSON.stringify(name)}`)
      const entry = { component: new WeakRef(component), lastUsedMs: nowMs() }
      entries.set(name, entry)
      return {
        touch() {
          entry.lastUsedMs = nowMs()
        },
        remove() {
          if (entries.get(name) === entry) entries.delete(name)
        },
      }
    },
    holdings() {
      const now = nowMs()
      return [...entries].flatMap(([name, { component: ref, lastUsedMs }]) => {
        const component = ref.deref()
        if (!component) {
          entries.delete(name)
          return []
        }
        const { reloadMs } = component
        const busy = component.busy?.() ?? false
        return { name, bytes: component.bytes(), idleMs: now - lastUsedMs, reloadMs, busy, component }
      })
    },
  }
}
