import { expect, it, onTestFinished } from 'vitest'
import { allCaches, folder, pages, ragOver } from './fixture.ts'

it('a question is answered from documents that match, is kept apart in the caches, and shows where (S3-26)', async () => {
  const docs = (await pages(4)).map((doc, i) => ({ ...doc, metadata: { ...doc.metadata, part: i % 2 } }))
  const target = await ragOver(docs, folder(), { ...allCaches, 'db.ftsOrder': 'maxscore', 'rag.fusion': 'convex' })
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
})
