import { createReadStream, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { scratchFolder } from '@tenfold/harness'
import { openTokenizer, readTokenizer } from '../../../encoder/src/index.ts'
import { ensureModel } from '../../../models/src/index.ts'

export interface Passages {
  /** Files with one JSON object a line: `{ id, title, text }` and `{ text }`. */
  passages: string
  questions: string
  passageCount: number
  questionCount: number
}

/** Texts that fit the encoder whole: both sides embed the same words. */
const mostTokens = 254

/** The first passages that need no cut and the first questions of cppdocs, unpacked; null where it is not. */
export async function openPassages(passageCount: number, questionCount: number): Promise<Passages | null> {
  const data = process.env.TENFOLD_BENCH_DATA ?? path.join(path.dirname(scratchFolder()), '..', 'shared', 'data')
  const source = path.join(data, 'cppdocs')
  if (!existsSync(source)) return null
  const folder = path.join(scratchFolder(), 'bench', 'memory')
  mkdirSync(folder, { recursive: true })
  const model = await ensureModel('all-MiniLM-L6-v2')
  const { count: tokensIn } = await openTokenizer(await readTokenizer(model.files['tokenizer.json']!), 256)
  const unpack = async (name: string, count: number): Promise<{ file: string; lines: number }> => {
    const lines: string[] = []
    for await (const line of createInterface({
      input: createReadStream(path.join(source, `${name}.jsonl.gz`)).pipe(createGunzip()),
    })) {
      const { _id, title, text } = JSON.parse(line)
      if (lines.length === count) break
      if (tokensIn(text) <= mostTokens) lines.push(`${JSON.stringify({ id: _id, title: title ?? '', text })}\n`)
    }
    const file = path.join(folder, `${name}-${count}.jsonl`)
    writeFileSync(file, lines.join(''))
    return { file, lines: lines.length }
  }
  const corpus = await unpack('corpus', passageCount)
  const queries = await unpack('queries', questionCount)
  return {
    passages: corpus.file,
    questions: queries.file,
    passageCount: corpus.lines,
    questionCount: queries.lines,
  }
}
