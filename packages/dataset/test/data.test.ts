import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Dataset, Doc } from '@tenfold/contracts'
import { beforeAll, describe, expect, it } from 'vitest'
import { openDataset } from '../src/index.ts'

interface Line {
  _id: string
  text: string
  pages: string[]
  accept: string[]
  paraphraseOf: string | null
  split: 'tune' | 'check'
}

const folder = new URL('../data/ai-docs/', import.meta.url)
const readme = readFileSync(new URL('README.md', folder), 'utf8')
const lines = readFileSync(new URL('questions.jsonl', folder), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Line)
const groupOf = (line: Line) => line.paraphraseOf ?? line._id

let dataset: Dataset
const docs = new Map<string, Doc>()
beforeAll(async () => {
  dataset = await openDataset({ kind: 'default' })
  for await (const doc of dataset.docs(4)) docs.set(doc.id, doc)
})

describe('default data', () => {
  it('has the documents, questions and version that its README states', () => {
    const stated = (name: string) => Number(new RegExp(`^\\| ${name} \\| (\\d+) \\|`, 'm').exec(readme)?.[1])
    const inSplit = (split: string) => dataset.questions.filter((question) => question.split === split).length
    const counts = {
      pages: docs.size,
      questions: dataset.questions.length,
      'of them paraphrases': lines.filter((line) => line.paraphraseOf !== null).length,
      groups: new Set(dataset.questions.map((question) => question.group)).size,
      'without an answer': dataset.questions.filter((question) => Object.keys(question.relevant).length === 0).length,
      'judged pairs': dataset.questions.flatMap((question) => Object.keys(question.relevant)).length,
      tune: inSplit('tune'),
      check: inSplit('check'),
    }
    for (const [name, count] of Object.entries(counts)) expect([name, stated(name)]).toEqual([name, count])
    expect(readme).toContain(`\`ai\` ${createRequire(import.meta.url)('ai/package.json').version}`)
    expect(dataset.docCount).toBe(docs.size)
    expect(dataset.warnings).toEqual([])
  })

  it('has 120 questions or more, a third of them paraphrases, some without answer in each split', () => {
    expect(lines.length).toBeGreaterThanOrEqual(120)
    expect(lines.filter((line) => line.paraphraseOf !== null).length).toBeGreaterThanOrEqual(lines.length / 3)
    for (const split of ['tune', 'check']) {
      expect(lines.some((line) => line.split === split && line.pages.length === 0)).toBe(true)
    }
  })

  it('judges pages that exist, and the text of each holds an accepted answer', () => {
    for (const { _id, pages, accept } of lines) {
      for (const page of pages) {
        const text = docs.get(page)?.text.toLowerCase() ?? ''
        expect([_id, page, accept.some((answer) => text.includes(answer.toLowerCase()))]).toEqual([_id, page, true])
      }
    }
  })

  it('gives no answer away in a question', () => {
    for (const { _id, text, accept } of lines) {
      expect([_id, accept.filter((answer) => text.toLowerCase().includes(answer.toLowerCase()))]).toEqual([_id, []])
    }
  })

  it('divides by the rule that its README states, never a group', () => {
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
    const splits = new Map<string, 'tune' | 'check'>()
    for (const answered of [true, false]) {
      const stratum = lines.filter((line) => line.pages.length > 0 === answered)
      const groups = [...new Set(stratum.map(groupOf))].sort((a, b) => (sha256(a) < sha256(b) ? -1 : 1))
      const sizes = { tune: 0, check: 0 }
      for (const group of groups) {
        const split = sizes.tune <= sizes.check ? 'tune' : 'check'
        sizes[split] += stratum.filter((line) => groupOf(line) === group).length
        splits.set(group, split)
      }
    }
    for (const line of lines) expect([line._id, line.split]).toEqual([line._id, splits.get(groupOf(line))])
  })

  it('has text without markup and with the prose of tables', () => {
    const page = docs.get('07-reference/01-ai-sdk-core/02-stream-text.mdx')
    expect(page?.collection).toBe('07-reference')
    expect(page?.title).toBe('streamText')
    expect(page?.text).toContain('chunkMs')
    for (const { text } of docs.values()) expect(text).not.toMatch(/<(PropertiesTable|Snippet|Note|Tabs)/)
  })
})
