import type { Encoder } from '@tenfold/encoder'
import { median } from '@tenfold/measure'
import type { StaticEncoder } from '../../src/index.ts'
import { type Row, rounded } from './row.ts'

const rounds = 7
/** The encoder takes a second or two for these, the static one a few milliseconds: that one runs them several times. */
const textsInRound = 96
const staticRepeats = 20

/** Both encoders on the same texts, in turn. */
export async function speedRows(texts: readonly string[], first: StaticEncoder, encoder: Encoder): Promise<Row[]> {
  const some = texts.filter((_, i) => i % Math.ceil(texts.length / textsInRound) === 0)
  const rate = async (count: number, work: () => unknown) => {
    const start = performance.now()
    await work()
    return (1000 * count) / (performance.now() - start)
  }
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = -1; round < rounds; round++) {
    const real = await rate(some.length, () => encoder.embed(some))
    const fast = await rate(some.length * staticRepeats, () => {
      for (let i = 0; i < staticRepeats; i++) first.embed(some)
    })
    // the first round warms up
    if (round >= 0) {
      ours.push(fast)
      theirs.push(real)
    }
  }
  const ratios = ours.map((value, i) => value / theirs[i]!)
  const inBatches: number[] = []
  // words are looked up once: a first pass learns them
  for (const size of [texts.length, 1, 50]) {
    const work = () => {
      for (let at = 0; at < texts.length; at += size) first.embed(texts.slice(at, at + size))
    }
    inBatches.push(await rate(texts.length, work))
  }
  const [, one, fifty] = inBatches as [number, number, number]
  const tokens = some.reduce((sum, text) => sum + first.countTokens(text), 0) / some.length
  return [
    {
      what: 'static encoder, texts/s as a multiple of MiniLM int8 on the same texts',
      goal: '≥ 50',
      measured: rounded(median(ratios), 0),
      interval: [rounded(Math.min(...ratios), 0), rounded(Math.max(...ratios), 0)],
      met: Math.min(...ratios) >= 50,
      why: `${rounded(median(ours), 0)} against ${rounded(median(theirs), 0)} texts/s of ${rounded(tokens, 0)} tokens; ${rounds} rounds in turn, the interval is the range`,
    },
    {
      what: 'static encoder, texts/s at batch 50 as a share of batch 1',
      goal: '0.8 to 1.25: a batch costs what its texts cost',
      measured: rounded(fifty / one, 2),
      interval: null,
      met: fifty / one > 0.8 && fifty / one < 1.25,
      why: `${rounded(one, 0)} and ${rounded(fifty, 0)} texts/s`,
    },
  ]
}
