import { mean, median, quantile, seededRandom, shuffled } from '@tenfold/measure'
import { openStore, type StoreOptions } from '../../src/index.ts'
import { type Corpus, optionsOf } from './corpus.ts'
import { type Row, rounded } from './row.ts'

const top = 20
const goal = 3
const block = 5
type Hits = ReturnType<ReturnType<typeof openStore>['lexicalSearch']>

/** Natural questions, all words, against ORDER BY rank: engines in coin order, a block of questions each, the same ones in a round. */
export function wordRows(corpus: Corpus, rounds: number): Row[] {
  const open = (change: Partial<StoreOptions>) => openStore(optionsOf(corpus.path, change))
  const stores = {
    rank: open({ ftsOrder: 'rank' }),
    bm25: open({ ftsOrder: 'bm25' }),
    maxscore: open({ ftsOrder: 'maxscore' }),
    pruned: open({ ftsOrder: 'maxscore', ftsMaxDocShare: 0.5 }),
  }
  const names = Object.keys(stores) as (keyof typeof stores)[]
  const random = seededRandom(7)
  const questions = shuffled(
    corpus.questions.map(({ text }) => text),
    random,
  )
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<keyof typeof stores, number[]>
  const found = new Map<string, Partial<Record<keyof typeof stores, Hits>>>()
  // from the first question on: the lists that maxscore makes are part of its time
  for (let round = 0; round < rounds; round++) {
    const asked = Array.from({ length: block }, (_, i) => questions[(round * block + i) % questions.length]!)
    for (const name of shuffled(names, random)) {
      const start = performance.now()
      const hits = asked.map((text) => stores[name].lexicalSearch(text, top))
      times[name].push((performance.now() - start) / block)
      for (const [i, text] of asked.entries()) found.set(text, { ...found.get(text), [name]: hits[i]! })
    }
  }
  const overlap = (name: keyof typeof stores) =>
    mean(
      [...found.values()].map((each) => {
        const plain = new Set(each.rank!.chunkIds)
        return plain.size === 0 ? 1 : each[name]!.chunkIds.filter((id) => plain.has(id)).length / plain.size
      }),
    )
  const same = [...found.values()].filter((each) => JSON.stringify(each.maxscore) === JSON.stringify(each.rank)).length
  const mebibytes = rounded(stores.maxscore.lexicalBytes() / 2 ** 20, 1)
  const words = rounded(mean(questions.map((text) => text.split(/\s+/).length)), 1)
  const told = `top ${top}, ${found.size} different questions of ${words} words, ${stores.rank.chunkCount()} passages of ${corpus.name}`
  for (const store of Object.values(stores)) store.close()

  const row = (
    what: string,
    name: keyof typeof stores,
    wanted: number | null,
    from: number,
    to: number,
    why: string,
  ): Row => {
    const [slow, fast] = [times.rank.slice(from, to), times[name].slice(from, to)]
    const { ratio, interval } = speedup(slow, fast)
    return {
      what: `${corpus.name}: ${what}`,
      goal: wanted === null ? null : `≥ ${wanted} x at overlap 1`,
      measured: rounded(ratio, 2),
      interval: [rounded(interval[0], 2), rounded(interval[1], 2)],
      met: wanted === null ? null : interval[0] >= wanted && same === found.size,
      why: `${rounded(median(slow))} ms and ${rounded(median(fast))} ms a question; ${why}`,
    }
  }
  const half = Math.floor(rounds / 2)
  const equal = `${same} of ${found.size} answers equal in ids, order and every bit of the scores`
  return [
    row(
      'word lists (maxscore) against ORDER BY rank, from the first question on',
      'maxscore',
      goal,
      0,
      rounds,
      `${equal}; ${mebibytes} MiB of lists; ${told}`,
    ),
    row('the same, second half of the questions', 'maxscore', null, half, rounds, 'most words have been asked before'),
    row(
      'the same, first tenth: cold',
      'maxscore',
      null,
      0,
      Math.ceil(rounds / 10),
      'a list is made by one query of its word',
    ),
    row('ORDER BY bm25() against ORDER BY rank', 'bm25', null, 0, rounds, `overlap ${rounded(overlap('bm25'))}`),
    row(
      'word lists without words of over half of the passages',
      'pruned',
      null,
      0,
      rounds,
      `overlap ${rounded(overlap('pruned'))}`,
    ),
  ]
}

const resamples = 2000

/** Geometric mean over rounds of `slow` ÷ `fast`, with its 95 % bootstrap interval over rounds. */
function speedup(slow: number[], fast: number[]): { ratio: number; interval: [number, number] } {
  const logs = slow.map((ms, round) => Math.log(ms / fast[round]!))
  const random = seededRandom(logs.length)
  const means = Array.from({ length: resamples }, () => mean(logs.map(() => logs[Math.floor(random() * logs.length)]!)))
  return { ratio: Math.exp(mean(logs)), interval: [Math.exp(quantile(means, 0.025)), Math.exp(quantile(means, 0.975))] }
}
