import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'

const root = path.resolve(import.meta.dirname, '../../../..')
const folder = process.env.TENFOLD_BENCH_DATA ?? path.join(root, '..', 'shared', 'data')
/** What takes long to make is kept here. */
export const scratch = path.join(root, '.tenfold/bench/retrieval')

const unzip = (...names: string[]) => gunzipSync(readFileSync(path.join(folder, ...names)))
const lines = (...names: string[]) =>
  unzip(...names)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { title?: string; text: string })

export interface Texts {
  /** Passages first, then their distinct sentences. */
  rows: string[]
  passages: number
  questions: string[]
}

/** Shorter ones are headings and rests of code. */
const fewestWords = 5

/** All passages of cppdocs, the sentences of them, and every nth of its questions; undefined where there is no cppdocs. */
export function cppdocs(questions: number): Texts | undefined {
  if (!existsSync(path.join(folder, 'cppdocs'))) return undefined
  const corpus = lines('cppdocs', 'corpus.jsonl.gz')
  const sentences = new Set<string>()
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' })
  for (const { text } of corpus)
    for (const { segment } of segmenter.segment(text)) {
      const sentence = segment.replace(/\s+/g, ' ').trim()
      if (sentence.split(' ').length >= fewestWords) sentences.add(sentence)
    }
  const asked = lines('cppdocs', 'queries.jsonl.gz')
  const step = Math.floor(asked.length / questions)
  return {
    rows: [...corpus.map(({ title, text }) => `${title}\n${text}`), ...sentences],
    passages: corpus.length,
    questions: asked
      .filter((_, i) => i % step === 0)
      .slice(0, questions)
      .map(({ text }) => text),
  }
}

/** The small GloVe set: 10,000 words and 500 others to ask with, 100 dimensions. */
export function glove() {
  if (!existsSync(path.join(folder, 'glove100-10k'))) return undefined
  const read = (name: string) => new Float32Array(new Uint8Array(unzip('glove100-10k', `${name}.f32.gz`)).buffer)
  const queries = read('queries')
  return {
    dims: 100,
    vectors: read('base'),
    queries: Array.from({ length: queries.length / 100 }, (_, i) => queries.slice(i * 100, (i + 1) * 100)),
  }
}
