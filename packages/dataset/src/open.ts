import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Dataset, type DataWarning, type Doc, messageOf, PipelineError, type Question } from '@tenfold/contracts'
import { beirSource } from './beir.ts'
import { folderSource } from './folder.ts'
import { keepAnswerable } from './judgements.ts'
import type { Source, Warn } from './source.ts'

/** `default`: the documentation in the npm package `ai` with our questions; `path`: BEIR data or any folder of texts. */
export type DatasetSource = { kind: 'default' } | { kind: 'path'; path: string }

/**
 * Opens documents and judged questions. The corpus is read once to count, hash and check it, and again, streamed, by
 * each call of `docs()`; it is never held whole. What is bad in it becomes a warning and the rest is taken.
 *
 * @throws PipelineError DATA_UNREADABLE when the folder cannot be read, or when `docs()` finds another number of
 * documents than was opened; DATA_EMPTY when there is no document in it.
 */
export async function openDataset(source: DatasetSource): Promise<Dataset> {
  const opened = source.kind === 'default' ? await defaultSource() : await pathSource(source.path)
  const warnings: DataWarning[] = []
  const warn: Warn = (file, reason) => warnings.push({ file, reason })
  const hash = createHash('sha256')
  const ids = new Set<string>()
  for await (const doc of opened.read(1, warn)) {
    ids.add(doc.id)
    hash.update(`${JSON.stringify([doc.id, doc.title, doc.text, doc.collection])}\n`)
  }
  if (ids.size === 0) {
    const found = warnings.map(({ file, reason }) => `${file}: ${reason}`)
    throw new PipelineError(
      'DATA_EMPTY',
      `no document in ${source.kind === 'path' ? source.path : opened.name}${found.length > 0 ? ` (${found.slice(0, 3).join('; ')})` : ''}`,
      'point to a folder of md, mdx, txt, html, json, jsonl, csv, tsv, pdf, docx or source files, or one with corpus.jsonl, queries.jsonl and qrels',
    )
  }
  const questions = keepAnswerable(await opened.questions(warn), ids, warn)
  for (const question of questions) hash.update(`${canonical(question)}\n`)
  const { name } = opened
  const docs = (concurrency?: number) => sameCount(opened, ids.size, concurrency ?? 1)
  return { name, hash: hash.digest('hex'), docs, docCount: ids.size, questions, warnings }
}

async function* sameCount({ name, read }: Source, expected: number, concurrency: number): AsyncGenerator<Doc> {
  let count = 0
  for await (const doc of read(concurrency, () => {})) {
    count++
    yield doc
  }
  if (count === expected) return
  throw new PipelineError(
    'DATA_UNREADABLE',
    `${name} had ${expected} documents when it was opened and has ${count} now`,
    'leave the folder unchanged while it is read, and start again',
  )
}

function canonical({ id, text, relevant, accept, group, split }: Question): string {
  return JSON.stringify([id, text, Object.entries(relevant).sort(([a], [b]) => (a < b ? -1 : 1)), accept, group, split])
}

async function pathSource(path: string): Promise<Source> {
  const wayOut = 'give the path of an existing folder that you may read'
  try {
    const root = await realpath(path)
    await access(root, constants.R_OK | constants.X_OK)
    if (!(await stat(root)).isDirectory()) throw new PipelineError('DATA_UNREADABLE', `${path} is no folder`, wayOut)
    return (await beirSource(root, basename(root))) ?? folderSource(root, basename(root))
  } catch (cause) {
    if (cause instanceof PipelineError) throw cause
    throw new PipelineError('DATA_UNREADABLE', `cannot read ${path}: ${messageOf(cause)}`, wayOut, { cause })
  }
}

async function defaultSource(): Promise<Source> {
  try {
    const manifest = createRequire(import.meta.url).resolve('ai/package.json')
    const questions = fileURLToPath(new URL('../data/ai-docs/questions.jsonl', import.meta.url))
    return folderSource(await realpath(join(dirname(manifest), 'docs')), 'ai-docs', questions)
  } catch (cause) {
    const message = `the default corpus, the docs of the npm package ai, is missing: ${messageOf(cause)}`
    throw new PipelineError('DATA_UNREADABLE', message, 'install the dependencies, or give a folder of your own', {
      cause,
    })
  }
}
