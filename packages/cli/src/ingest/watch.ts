import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { watch } from 'chokidar'

/** Changes come in bursts: a save is several events, a checkout thousands. */
const quietMs = 300

/** Yields after each burst of changes below a folder, until the signal aborts. Changes made meanwhile make the next one. */
export async function changesIn(folder: string, signal: AbortSignal): Promise<AsyncGenerator<void, void, undefined>> {
  const isPassedOver = (file: string) =>
    path
      .relative(folder, file)
      .split(path.sep)
      .some((part) => (part.startsWith('.') && part !== '..') || part === 'node_modules')
  const watcher = watch(folder, { ignoreInitial: true, followSymlinks: false, ignored: isPassedOver })
  let lastMs: number | undefined
  let wake = () => {}
  watcher.on('all', () => {
    lastMs = performance.now()
    wake()
  })
  // A folder that goes away is told by the next reading.
  watcher.on('error', () => wake())
  const stop = () => wake()
  signal.addEventListener('abort', stop)
  await once(watcher, 'ready', { signal })

  return (async function* () {
    try {
      while (!signal.aborted) {
        if (lastMs === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
          continue
        }
        const left = lastMs + quietMs - performance.now()
        if (left > 0) await sleep(left)
        else {
          lastMs = undefined
          yield
        }
      }
    } finally {
      signal.removeEventListener('abort', stop)
      await watcher.close()
    }
  })()
}
