import { type StageTimes, shares } from './stages.ts'

export interface Bottleneck {
  stage: string
  of: 'answer' | 'question'
  ms: number
  share: number
  /** Amdahl's bound: how much shorter the whole would be were this stage free. No change of it can gain more. */
  largestGainPercent: number
  cause: string
  knobs: string[]
}

/** What a stage costs and which knobs reach it. */
const known: Record<string, { cause: string; knobs: string[] }> = {
  embed: {
    cause: 'the question goes through every layer of the encoder',
    knobs: ['speed.precision', 'speed.encoderThreads', 'cache.embeddingEntries'],
  },
  vector: {
    cause: 'the question is compared with vectors: with all of them, or with those a graph leads to',
    knobs: ['db.vectors', 'db.rescore', 'db.ef', 'db.scanThreads', 'db.pgVectors', 'db.pgRandomPageCost'],
  },
  lexical: {
    cause: 'every chunk that holds any word of the question is scored',
    knobs: ['db.ftsMaxDocShare', 'db.ftsOrder', 'db.pgRank', 'db.statementReuse'],
  },
  search: {
    cause: 'the server searches by vector and by words at once, and the longer of the two is waited for',
    knobs: ['db.osHits', 'db.osTotalHits', 'db.osCandidates', 'db.osQuantisation'],
  },
  fuse: { cause: 'two ranked lists become one', knobs: ['rag.candidates'] },
  rerank: { cause: 'the reranker reads every candidate it is shown', knobs: ['rag.rerankDepth'] },
  hydrate: { cause: 'texts are read row by row', knobs: ['db.statementReuse', 'db.mmapMib'] },
  prompt: { cause: 'passages are measured and joined', knobs: ['speed.contextPassages'] },
  prefill: {
    cause: 'every prompt token goes through the generator before the first answer token',
    knobs: ['speed.contextPassages', 'speed.generatorThreads', 'speed.prefixReuse', 'cache.generationEntries'],
  },
  decode: {
    cause: 'answer tokens come one after another',
    knobs: ['speed.generatorThreads', 'cache.generationEntries'],
  },
  cache: { cause: 'looking up and keeping results', knobs: ['cache.maxMib'] },
  other: { cause: 'work between the stages', knobs: [] },
}

/** The largest parts, with the knobs among `offered` that reach them; those of an answer first where answers are made: that is what a person waits for. */
export function rankBottlenecks(
  answer: StageTimes,
  question: StageTimes,
  { count = 5, offered }: { count?: number; offered?: readonly string[] | undefined } = {},
): Bottleneck[] {
  const rows = (times: StageTimes, of: Bottleneck['of']): Bottleneck[] =>
    Object.entries(shares(times)).map(([stage, { ms, share }]) => {
      const { cause, knobs } = known[stage] ?? { cause: 'a stage of the target', knobs: [] }
      const reaching = knobs.filter((key) => !offered || offered.includes(key))
      return { stage, of, ms, share, largestGainPercent: 100 * share, cause, knobs: reaching }
    })
  const byShare = (a: Bottleneck, b: Bottleneck) => b.share - a.share
  const worth = (row: Bottleneck) => row.share >= 0.05
  const ofAnswer = rows(answer, 'answer').sort(byShare).filter(worth)
  const ofQuestion = rows(question, 'question').sort(byShare)
  return [...ofAnswer, ...ofQuestion].slice(0, count)
}
