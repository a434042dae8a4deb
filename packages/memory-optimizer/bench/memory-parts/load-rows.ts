import { runArm } from './arm.ts'
import { mb, percent, type Row } from './row.ts'

/** Size of all-MiniLM-L6-v2 in fp32, as published: what a copy of the weights takes. */
const weightBytes = 90_868_376

interface Loaded {
  loadedBytes: number
  usedBytes: number
}

const load = async (forks: number, workers: number, weights: 'mmap' | 'copy'): Promise<Loaded[]> => {
  const found: Loaded[] = []
  for (let fork = 0; fork < forks; fork++) {
    const encoder = { precision: 'fp32', threads: workers > 0 ? 1 : 0, workers, arena: false, weights }
    found.push((await runArm<Loaded>('load', { encoder, mallocTrim: weights === 'mmap' })).report)
  }
  return found
}

/** Private memory after loading the encoder with mapped weights and `memory.mallocTrim`, and with two workers. */
export async function loadRows(forks: number): Promise<Row[]> {
  const copied = await load(1, 0, 'copy')
  const row = (what: string, limit: number, found: Loaded[], beside: string): Row => {
    const shares = found.map(({ loadedBytes }) => loadedBytes / weightBytes)
    const most = Math.max(...shares)
    const used = Math.max(...found.map(({ usedBytes }) => usedBytes))
    return {
      what,
      goal: `≤ ${100 * limit} % of the weights`,
      measured: percent(most),
      interval: [percent(Math.min(...shares)), percent(most)],
      met: most <= limit,
      why: `${mb(most * weightBytes)} of ${mb(weightBytes)}, the most of ${found.length} processes; ${mb(used)} after the first question; ${beside}`,
    }
  }
  const alone = await load(forks, 0, 'mmap')
  const both = await load(forks, 2, 'mmap')
  return [
    row('private memory after loading mapped weights', 0.25, alone, `with a copy ${mb(copied[0]!.loadedBytes)}`),
    row(
      'the same, two encoder workers together',
      0.35,
      both,
      'a worker has a JavaScript heap of its own, 8 MB with the runtime in it; the vocabulary is shared',
    ),
  ]
}
