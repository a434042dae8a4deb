import { median, quantile } from '@tenfold/measure'
import { exactOf } from '../../src/graph/exact.ts'
import { type Neighbours, openGraphIndex, openRowFile, recallOf } from '../../src/index.ts'
import { smallest, steps } from '../../src/tuner/bisect.ts'
import { k, keptDefaults, keptGraph, recallOfFound, toldOf, truthOf, weigh } from './graphs.ts'
import { race, speedup } from './race.ts'
import { round, rows as table } from './table.ts'
import { dims, type Sample } from './vectors.ts'

const goals = { time: 0.75, resident: 0.4, wrapper: 0.15 }
const passes = 2

/** The int8 graph with rescoring from a file against usearch as it comes, f32, asked for as many as it needs to find as much. */
export async function graphRow(
  { name, vectors }: Sample,
  judged: Float32Array[],
  tune: Float32Array[],
  rounds: number,
) {
  const count = vectors.length / dims
  const { folder, manifest, rowsFile } = await keptGraph(`sample-${count}`, vectors, tune)
  const file = await keptDefaults(count, vectors)
  const { Index, MetricKind } = await import('usearch')
  const theirs = new Index(dims, MetricKind.IP)
  theirs.view(file)
  const ask = (query: Float32Array, candidates: number): Neighbours => {
    const { keys, distances } = theirs.search(query, candidates, 1)
    return {
      rows: Uint32Array.from(keys.subarray(0, k), Number),
      scores: Float32Array.from(distances.subarray(0, k), (each) => 1 - each),
    }
  }
  const rowFile = openRowFile(rowsFile, dims)
  const ours = await openGraphIndex(folder, { model: manifest.model, dims, read: rowFile.read })
  const truth = await truthOf(`judged-sample-${count}`, vectors, judged)
  const own = recallOf(ours, judged, truth, k)
  const recallAt = (candidates: number) => recallOf({ search: (query) => ask(query, candidates) }, judged, truth, k)
  const candidates = smallest(steps(k, 1000, 1.1), (each) => recallAt(each).mean >= own.mean) ?? 1000
  const equal = recallAt(candidates)
  const defaults = recallAt(k)
  const raw = new Index(dims, MetricKind.IP)
  raw.view(`${folder}/${manifest.file}`)
  const times = race(
    {
      ours: (query) => ours.search(query, k),
      equal: (query) => ask(query, candidates),
      defaults: (query) => ask(query, k),
      library: (query) => {
        const { keys } = raw.search(query, manifest.ef, 1)
        return exactOf(Uint32Array.from(keys.subarray(0, manifest.rescore), Number), rowFile.read, query, k)
      },
    },
    judged,
    rounds,
    20,
  )
  const share = speedup(times.ours!, times.equal!)
  const shown = (name: string) => `${round(median(times[name]!))} ms`
  table.push({
    what: `int8 graph + rescoring from a file against usearch f32 at equal recall, ${count} rows: time`,
    goal: `≤ ${goals.time} x`,
    measured: round(share.ratio),
    interval: [round(share.interval[0]), round(share.interval[1])],
    met: share.interval[1] <= goals.time,
    why: `${shown('ours')} at recall ${round(own.mean)} (lower bound ${round(own.lowerBound)}), usearch f32 ${shown('equal')} at ${round(equal.mean)} with ${candidates} candidates, ${shown('defaults')} at ${round(defaults.mean)} as it comes; ${toldOf(manifest)}; ${name}`,
  })
  const wrapper = speedup(times.ours!, times.library!)
  table.push({
    what: 'int8 graph: what checks, deletes and changes add to search and rescoring',
    goal: `≤ ${goals.wrapper}`,
    measured: round(wrapper.ratio - 1),
    interval: [round(wrapper.interval[0] - 1), round(wrapper.interval[1] - 1)],
    met: wrapper.interval[1] - 1 <= goals.wrapper,
    why: `${shown('ours')}; the library asked for ${manifest.ef}, and ${manifest.rescore} of them read from the file and scored: ${shown('library')}`,
  })
  const heavy = await weigh({ engine: 'usearch', file }, judged, passes, candidates)
  const light = await weigh({ engine: 'graph', folder, rowsFile }, judged, passes)
  const bytes = ({ added }: typeof heavy) => added.privateBytes + added.fileBackedBytes
  const ratio = bytes(light) / bytes(heavy)
  table.push({
    what: `int8 graph + rescoring against usearch f32, ${count} rows: resident bytes added`,
    goal: `≤ ${goals.resident} x`,
    measured: round(ratio),
    interval: null,
    met: ratio <= goals.resident,
    why: `${round(bytes(light) / 1e6)} MB against ${round(bytes(heavy) / 1e6)} MB, each alone in a process after ${judged.length * (passes + 1)} questions, files mapped; f32 rows are read, not mapped; recall there ${round(recallOfFound(light.found, judged, truth).mean)}; p95 ${round(quantile(light.ms.flat(), 0.95))} and ${round(quantile(heavy.ms.flat(), 0.95))} ms`,
  })
  ours.close()
  rowFile.close()
}
