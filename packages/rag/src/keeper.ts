import type { Config } from '@tenfold/contracts'
import { mallocControls, returnThresholdBytes } from '@tenfold/measure'
import type { Component, MemoryGovernor, Registration } from '@tenfold/memory-optimizer/governor'
import type { Parts } from './parts.ts'
import type { SlotWatch } from './slot.ts'

const governed = ['encoder', 'generator'] as const
type Governed = (typeof governed)[number]

/** Keeps the process under `memory.ceilingMb`, and has freed memory given back where `memory.mallocTrim` asks for it. */
export interface Keeper {
  watch(name: Governed): SlotWatch
  /** Texts in an encoder batch now: fewer while memory is short. */
  batchTexts(config: Config): number
  /** Something large was freed. */
  trim(): void
  become(config: Config): Promise<void>
  close(): void
}

/** `parts` are asked for when they are there. Throws what the first use of a part would throw. */
export function openKeeper(parts: () => Parts): Keeper {
  // the governor knows components by weak references: they live as long as this does
  const components: Component[] = governed.map((name) => ({
    name,
    bytes: () => (parts()[name].current() ? (parts().openedBytes[name] ?? 0) : 0),
    get reloadMs() {
      return parts()[name].openMs()
    },
    busy: () => parts()[name].busy(),
    unload: () => parts()[name].close(),
  }))
  let governor: MemoryGovernor | undefined
  let registrations = new Map<string, Registration>()
  let ceilingMb = 0
  let trims = false
  let divisor = 1

  const govern = async () => {
    governor?.close()
    governor = undefined
    registrations = new Map()
    divisor = 1
    if (ceilingMb === 0) return
    const { openMemoryGovernor } = await import('@tenfold/memory-optimizer/governor')
    const opened = openMemoryGovernor({
      ceilingBytes: ceilingMb * 1e6,
      shrinkCaches: () => parts().caches.clear(),
      smallerBatch() {
        divisor *= 2
      },
      onEvent({ action, level }) {
        if (action === 'level' && level === 'normal') divisor = 1
      },
    })
    registrations = new Map(components.map((component) => [component.name, opened.register(component)]))
    governor = opened
  }
  const trim = () => {
    const malloc = mallocControls()
    if (malloc.available) malloc.trim()
  }

  return {
    watch: (name) => ({
      beforeOpen: async () => governor?.admit(name, parts().openedBytes[name]),
      used: () => registrations.get(name)?.touch(),
      afterClose: () => trims && trim(),
    }),
    batchTexts: (config) => Math.max(1, Math.floor(config['memory.batchCeiling'] / divisor)),
    trim: () => trims && trim(),
    async become(config) {
      trims = config['memory.mallocTrim']
      const malloc = trims ? mallocControls() : undefined
      if (malloc?.available) malloc.setThresholds(returnThresholdBytes)
      if (config['memory.ceilingMb'] === ceilingMb) return
      ceilingMb = config['memory.ceilingMb']
      await govern()
    },
    close: () => governor?.close(),
  }
}
