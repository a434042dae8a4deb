import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { watch } from 'chokidar'

/** Changes come in bursts: a save is several events, a checkout thousands. */
const quietMs = 300

export interface Changes {
  /** Once after each burst of changes, until the signal aborts. Changes made meanwhile make the next burst. */
  bursts(): AsyncGenerator<void, void, undefined>
  close(): Promise<void>
}

/** Watches what is below a folder; what a reading passes over (names with a dot, node_modules, links) is not watched. */
export async function changesIn(folder: string, signal: AbortSignal): Promise<Changes> {
  const isPassedOver = (file: string) =>
    path
      .relative(folder, file)
      .split(path.sep)
      .some((part) => part.startsWith('.') || part === 'node_modules')
  const watcher = watch(folder, { ignoreInitial: true, followSymlinks: false, ignored: isPassedOver })
  let lastMs: number | undefined
  let wake = () => {}
  const stop = () => wake()
  watcher.on('all', () => {
    lastMs = performance.now()
    wake()
  })
  // A folder that goes away is told by the next reading.
  watcher.on('error', () => {})
  signal.addEventListener('abort', stop)
  const close = async () => {
    signal.removeEventListener('abort', stop)
    await watcher.close()
  }
  try {
    await once(watcher, 'ready', { signal })
  } catch (error) {
    await close()
    throw error
  }
  return { bursts, close }

  async function* bursts(): AsyncGenerator<void, void, undefined> {
    while (!signal.aborted) {
      const left = lastMs === undefined ? undefined : lastMs + quietMs - performance.now()
      if (left === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      } else if (left > 0) await sleep(left)
      else {
        lastMs = undefined
        yield
      }
    }
  }
}
