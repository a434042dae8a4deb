import { parseConfig } from '@tenfold/contracts'
import { expect, it, onTestFinished } from 'vitest'
import { fitFusionOf } from '../src/index.ts'
import { allCaches, folder, pages, ragOver, small } from './fixture.ts'

it('a question is answered from documents that match, is kept apart in the caches, and shows where (S3-26)', async () => {
  const docs = (await pages(4)).map((doc, i) => ({ ...doc, metadata: { ...doc.metadata, part: i % 2 } }))
  const workspace = folder()
  const target = await ragOver(docs, workspace, { ...allCaches, 'db.ftsOrder': 'maxscore', 'rag.fusion': 'convex' })
  onTestFinished(() => target.close())
  const text = `${docs[0]!.title} ${docs[1]!.title}`
  const ask = async (part: number) => (await target.query({ text, k: 10, metadata: { part } })).ids.sort()
  const wanted = (part: number) => docs.filter((_, i) => i % 2 === part).map(({ id }) => id)
  for (const part of [0, 1, 0, 1]) expect(await ask(part)).toEqual(wanted(part))
  expect((await target.query({ text, k: 10 })).ids).toHaveLength(4)
  expect(await ask(7)).toEqual([])
  expect((await target.query({ text, metadata: { 'file.extension': 'mdx' } })).ids).not.toEqual([])

  const { passages } = await target.query({ text, snippets: { open: '[', close: ']', words: 12 } })
  expect(passages[0]!.snippet).toMatch(/\[.+\]/)
  expect((await target.query({ text })).passages[0]).not.toHaveProperty('snippet')
  expect(await target.memory!()).toMatchObject({ words: expect.any(Number) })

  const questions = docs.map(({ id, title }, i) => ({
    ...{ id, text: title, relevant: { [id]: 1 }, accept: [], group: id },
    split: i % 2 ? ('tune' as const) : ('check' as const),
  }))
  const fit = await fitFusionOf({ config: parseConfig(small), workspace }, questions)
  expect(fit).toMatchObject({ accepted: false, reason: expect.stringContaining('too few'), heldOut: { questions: 2 } })
  expect(fit.heldOut.untuned, 'each title finds its page').toBeGreaterThan(0.9)
})
