import type { Lanes } from './lanes.ts'

interface Waiting {
  text: string
  resolve(vector: Float32Array): void
  reject(reason: unknown): void
}

/** Most padded text in a batch, in UTF-16 units (texts x longest): about 1,000 tokens of English, so that a short question never pays for a long one. */
const paddedUnits = 4096

/**
 * Single texts embedded together where they would have waited for a runner anyway: whoever gets a free runner takes the others along.
 * Nobody waits for company, so a lone question starts at once.
 */
export function openQueryBatches(lanes: Pick<Lanes, 'submit'>, maxTexts: number) {
  const waiting: Waiting[] = []

  /** The one that waits longest, and those after it that fit. */
  const take = (): Waiting[] => {
    const taken = waiting.splice(0, 1)
    let longest = taken[0]?.text.length ?? 0
    for (let i = 0; i < waiting.length && taken.length < maxTexts; ) {
      const length = Math.max(longest, waiting[i]!.text.length)
      if (length * (taken.length + 1) <= paddedUnits) {
        longest = length
        taken.push(...waiting.splice(i, 1))
      } else i++
    }
    return taken
  }

  /** Its vector. Throws the signal's reason as soon as it is aborted; the others of its batch do not notice. */
  return (text: string, signal?: AbortSignal): Promise<Float32Array> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const own: Waiting = {
        text,
        resolve(vector) {
          signal?.removeEventListener('abort', leave)
          resolve(vector)
        },
        reject(reason) {
          signal?.removeEventListener('abort', leave)
          reject(reason)
        },
      }
      const unqueue = () => {
        const at = waiting.indexOf(own)
        if (at >= 0) waiting.splice(at, 1)
        return at >= 0
      }
      function leave() {
        unqueue()
        reject(signal!.reason)
      }
      signal?.addEventListener('abort', leave, { once: true })
      waiting.push(own)
      lanes
        .submit('query', async (runner) => {
          const taken = take()
          if (taken.length === 0) return // an earlier job took all
          try {
            const slab = await runner.embed(taken.map(({ text }) => text))
            const dims = slab.length / taken.length
            for (const [row, { resolve }] of taken.entries()) resolve(slab.slice(row * dims, (row + 1) * dims))
          } catch (error) {
            for (const { reject } of taken) reject(error)
          }
        })
        .catch((closed: unknown) => {
          if (unqueue()) own.reject(closed)
        })
    })
}
