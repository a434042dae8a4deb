import { availableMemoryBytes, median, privateBytes, processMemory } from '@tenfold/measure'
import type { Facts, Inspection } from '@tenfold/phase-kit'
import { collectGarbage } from './garbage.ts'
import { growthPerQuery } from './growth.ts'

const warmUpQueries = 100
const sampleEvery = 20

/** Who holds the memory, and whether more than 1000 questions make it grow (S0-18, S2-44). */
export async function inspectMemory({ target, dataset, profile, say }: Inspection): Promise<Facts> {
  const points: { query: number; bytes: number }[] = []
  for (let query = 0; query < profile.growthQueries; query++) {
    await target.query({ text: dataset.questions[query % dataset.questions.length]!.text, bypassCache: true })
    if (query >= warmUpQueries && query % sampleEvery === 0) {
      collectGarbage()
      points.push({ query, bytes: privateBytes() })
    }
    if (query % 100 === 0) say(`${query} of ${profile.growthQueries} questions`)
  }
  const slope = growthPerQuery(points)
  const ends = Math.max(1, Math.floor(points.length / 10))
  const middle = (part: typeof points) => median(part.map((point) => point.bytes))
  return {
    details: {
      owners: (await target.memory?.()) ?? 'not available: the target keeps no memory map',
      process: processMemory(),
      availableBytes: availableMemoryBytes(),
      growth: { queries: profile.growthQueries, bytesPerQuery: slope.median, interval: [slope.low, slope.high] },
    },
    samples: { 'memory.growthBytes': [middle(points.slice(-ends)) - middle(points.slice(0, ends))] },
  }
}
