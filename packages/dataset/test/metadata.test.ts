import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Doc } from '@tenfold/contracts'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { openDataset } from '../src/index.ts'
import { fieldsOf, namedFields } from '../src/metadata.ts'

async function docsOf(files: Record<string, string>): Promise<Map<string, Doc>> {
  const root = mkdtempSync(path.join(tmpdir(), 'tenfold-metadata-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    writeFileSync(path.join(root, name), text)
    utimesSync(path.join(root, name), 0, Date.UTC(2026, 0, 2) / 1000)
  }
  const docs = new Map<string, Doc>()
  for await (const doc of (await openDataset({ kind: 'path', path: root })).docs()) docs.set(doc.id, doc)
  return docs
}

it('a document knows its file, and what it says of itself (S3-26)', async () => {
  const row = (i: number) => `r${i},${i},${i % 2 === 0}`
  const docs = await docsOf({
    'guide/a/page.md':
      '---\ntitle: Page\ndraft: false\nweight: 3\nzip: 007\ndate: "2026-01-02"\ntags: [a, b]\nmore:\n  inner: x\n---\nText.',
    'web.html': '<head><meta name="author" content="Ada"></head><p>Words.</p>',
    'one.json': '{"text":"Words of one.","by":{"name":"Ada","age":36},"open":true,"tags":["a"],"none":null}',
    'many.jsonl': '{"_id":"x","text":"Words of x.","level":2}',
    'table.csv': ['id,depth,open', ...Array.from({ length: 51 }, (_, i) => row(i))].join('\n'),
  })
  const own = (id: string) =>
    Object.fromEntries(Object.entries(docs.get(id)!.metadata!).filter(([field]) => !field.startsWith('file.')))
  expect(docs.get('guide/a/page.md')!.metadata).toMatchObject({
    'file.name': 'page.md',
    'file.folder': 'guide/a',
    'file.extension': 'md',
    'file.bytes': 106,
    'file.modified': '2026-01-02T00:00:00.000Z',
  })
  expect(own('guide/a/page.md')).toEqual({ title: 'Page', draft: false, weight: 3, zip: '007', date: '2026-01-02' })
  expect(own('web.html')).toEqual({ author: 'Ada' })
  expect(own('one.json')).toEqual({ 'by.name': 'Ada', 'by.age': 36, open: true })
  expect(own('many.jsonl#x')).toEqual({ _id: 'x', level: 2 })
  expect(own('table.csv#r3')).toEqual({ id: 'r3', depth: 3, open: false })
  expect(docs.get('table.csv#r3')!.metadata).toMatchObject({ 'file.extension': 'csv' })
})

it('a record in BEIR form may carry metadata', async () => {
  const docs = await docsOf({
    'corpus.jsonl': '{"_id":"a","text":"One.","metadata":{"year":1999}}\n{"_id":"b","text":"Two."}',
  })
  expect(docs.get('a')!.metadata).toEqual({ year: 1999 })
  expect(docs.get('b')).not.toHaveProperty('metadata')
})

it('whatever the input, fields hold short texts, finite numbers and truth values', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json({ maxDepth: 6 }).map((text) => JSON.parse(text) as unknown),
        fc.anything(),
      ),
      (value) => {
        const fields = Object.entries(fieldsOf(value))
        expect(fields.length).toBeLessThanOrEqual(64)
        for (const [, field] of fields)
          expect(
            typeof field === 'boolean' || (typeof field === 'number' ? Number.isFinite(field) : field.length <= 256),
          ).toBe(true)
      },
    ),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (named) => {
      const last = new Map(named.filter(([name]) => name !== ''))
      for (const [name, value] of Object.entries(namedFields(named)))
        if (typeof value === 'number') expect(value).toBe(Number(last.get(name)))
    }),
  )
})
