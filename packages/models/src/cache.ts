import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

type Environment = Record<string, string | undefined>

/** Where models and what is converted from them are kept. TENFOLD_CACHE, else XDG_CACHE_HOME/tenfold, else ~/.cache/tenfold. */
export function modelCacheDir(env: Environment = process.env): string {
  const base = env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(env.TENFOLD_CACHE || join(base, 'tenfold'), 'models')
}

const prefix = '.part-'

/** A name in `folder` that no other process uses. */
export const temporaryName = (folder: string) => join(folder, `${prefix}${process.pid}-${randomUUID().slice(0, 8)}`)

/**
 * Runs `work` while no other process works on `folder`, after removing what killed ones left there.
 * A lock whose owner died is taken over after 5 s.
 */
export async function withFolder<Result>(
  folder: string,
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  await mkdir(folder, { recursive: true })
  const release = await acquire(folder, signal)
  try {
    for (const name of await readdir(folder)) {
      if (name.startsWith(prefix)) await rm(join(folder, name), { recursive: true, force: true })
    }
    return await work()
  } finally {
    await release()
  }
}

interface LockOptions {
  stale: number
  update: number
  onCompromised(): void
}

/** Rejects with code ELOCKED while another process holds the lock. Loaded when there is something to lock: most starts find all they need. */
async function lock(folder: string, options: LockOptions): Promise<() => Promise<void>> {
  // @ts-expect-error the package has no types
  const { lock } = await import('proper-lockfile')
  return lock(folder, options)
}

const staleMs = 5_000

async function acquire(folder: string, signal?: AbortSignal): Promise<() => Promise<void>> {
  for (;;) {
    signal?.throwIfAborted()
    try {
      // Losing the lock (a machine that slept) is no disaster: files are checked and arrive by rename.
      const release = await lock(folder, { stale: staleMs, update: staleMs / 5, onCompromised: () => {} })
      return () => release().catch(() => {})
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error
      await setTimeout(200)
    }
  }
}
