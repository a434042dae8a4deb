import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDataset } from '../src/index.ts'
import { needed } from '../src/office.ts'

const reads = { before: async (_: string) => {} }
// What happens to a file while it is read is injected.
vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof import('node:fs/promises')>()
  const open: typeof real.open = async (path, ...rest) => {
    const file = await real.open(path, ...rest)
    const read = file.read.bind(file) as (...given: unknown[]) => Promise<unknown>
    return Object.assign(file, { read: (...given: unknown[]) => reads.before(String(path)).then(() => read(...given)) })
  }
  return { ...real, open }
})

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kinds-'))
  reads.before = async () => {}
})
afterEach(() => rm(root, { recursive: true, force: true }))

const put = async (files: Record<string, string | Uint8Array>) => {
  for (const [name, content] of Object.entries(files)) await writeFile(join(root, name), content)
}

async function openRoot() {
  const dataset = await openDataset({ kind: 'path', path: root })
  const docs = []
  for await (const doc of dataset.docs()) docs.push(doc)
  const warned = Object.fromEntries(dataset.warnings.map(({ file, reason }) => [file, reason]))
  return { docs, texts: Object.fromEntries(docs.map((doc) => [doc.id, doc.text])), warned }
}

/** A PDF of one page, written by hand. */
function pdf(line: string): Uint8Array {
  const content = `BT /F1 24 Tf 72 720 Td (${line}) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    '<< /Title (The tide table) >>',
  ]
  let body = '%PDF-1.4\n'
  const offsets = objects.map((object, i) => {
    const at = body.length
    body += `${i + 1} 0 obj\n${object}\nendobj\n`
    return `${String(at).padStart(10, '0')} 00000 n \n`
  })
  const start = body.length
  body += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`
  return strToU8(
    `${body}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 6 0 R >>\nstartxref\n${start}\n%%EOF\n`,
  )
}

/** A Word file of one heading and one paragraph, written by hand. */
function docx(heading: string, text: string): Uint8Array {
  const open = 'http://schemas.openxmlformats.org'
  const run = (words: string) => `<w:r><w:t>${words}</w:t></w:r>`
  return zipSync({
    '[Content_Types].xml': strToU8(
      `<Types xmlns="${open}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
    ),
    '_rels/.rels': strToU8(
      `<Relationships xmlns="${open}/package/2006/relationships"><Relationship Id="r1" Type="${open}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
    ),
    'word/document.xml': strToU8(
      `<w:document xmlns:w="${open}/wordprocessingml/2006/main"><w:body><w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr>${run(heading)}</w:p><w:p>${run(text)}</w:p></w:body></w:document>`,
    ),
  })
}

describe('tables', () => {
  it('a short one is one document, each cell after the name of its column', async () => {
    await put({ 'ports.csv': '\uFEFFname,depth,note\nEmden,"8,5 m",\nBorkum,4 m,"two\nlines"\n' })
    const { docs } = await openRoot()
    expect(docs).toMatchObject([
      {
        id: 'ports.csv',
        title: 'ports',
        collection: '',
        text: 'name: Emden\ndepth: 8,5 m\n\nname: Borkum\ndepth: 4 m\nnote: two\nlines',
      },
    ])
  })

  it('of a long one each row is a document, called by its own id and title', async () => {
    const rows = Array.from({ length: 51 }, (_, i) => `${i < 50 ? `k${i}` : ''}\tTitle ${i}\twords of ${i}`)
    await put({ 'faq.tsv': ['id\tTitle\tanswer', ...rows].join('\n') })
    const { docs } = await openRoot()
    expect(docs).toHaveLength(51)
    expect(docs[0]).toMatchObject({
      id: 'faq.tsv#k0',
      title: 'Title 0',
      text: 'id: k0\nTitle: Title 0\nanswer: words of 0',
    })
    expect(docs[50]).toMatchObject({ id: 'faq.tsv#51', title: 'Title 50' })
  })

  it('bad ones are warned of, and what could be read is kept', async () => {
    await put({
      'binary.csv': new Uint8Array([97, 44, 0, 98]),
      'headless.csv': 'only,names\n',
      'open.csv': `a,b\n1,2\n${'x,"never closed\n'.repeat(3)}`,
      'ragged.csv': 'a,b\n1\n2,3,4\n,\n',
    })
    const { texts, warned } = await openRoot()
    expect(texts).toEqual({ 'open.csv': 'a: 1\nb: 2', 'ragged.csv': 'a: 1\n\na: 2\nb: 3\n4' })
    expect(warned).toMatchObject({
      'binary.csv': expect.stringMatching(/no row|NUL bytes/),
      'headless.csv': 'no row below the names of the columns, skipped',
      'open.csv': expect.stringMatching(/^line \d: .*quote.*, skipped$/),
      'ragged.csv': 'line 4: no text, skipped',
    })
  })
})

describe('PDF and Word files', () => {
  it('give their text and title; broken ones are warned of', async () => {
    await put({
      'tide.pdf': pdf('High water is at noon.'),
      'lock.docx': docx('The lock', 'It closes at nine.'),
      'broken.pdf': '%PDF-1.4 nothing more',
      'broken.docx': 'no zip',
    })
    const { docs, warned } = await openRoot()
    expect(docs.map(({ id, title, text }) => ({ id, title, text }))).toEqual([
      { id: 'lock.docx', title: 'The lock', text: expect.stringContaining('It closes at nine.') },
      { id: 'tide.pdf', title: 'The tide table', text: 'High water is at noon.' },
    ])
    expect(docs[0]!.text).toMatch(/^# The lock/)
    expect(warned['broken.pdf']).toMatch(/^cannot be read, skipped: /)
    expect(warned['broken.docx']).toMatch(/^cannot be read, skipped: /)
  })

  it('without its library the warning says what to type', async () => {
    const absent = () =>
      Promise.reject(Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' }))
    await expect(needed('unpdf@1.6.2', absent)).rejects.toThrow('pnpm add unpdf@1.6.2')
    const broken = () => Promise.reject(new Error('broken inside'))
    await expect(needed('unpdf@1.6.2', broken)).rejects.toThrow('broken inside')
  })
})

describe('a folder that makes trouble', () => {
  it('reads a file again that changed while it was read, and says so when it changes again', async () => {
    await put({ 'calm.md': 'Calm.', 'log.md': 'one' })
    let writes = 0
    reads.before = async (path) => {
      if (path.endsWith('log.md')) await writeFile(path, 'one'.repeat(++writes + 1))
    }
    expect((await openRoot()).warned).toEqual({
      'log.md': 'changed while it was read, twice; taken as it was the second time',
    })
    writes = 0
    reads.before = async (path) => {
      if (path.endsWith('log.md') && writes++ === 0) await writeFile(path, 'settled')
    }
    const { texts, warned } = await openRoot()
    expect(texts).toEqual({ 'calm.md': 'Calm.', 'log.md': 'settled' })
    expect(warned).toEqual({})
  })

  it('takes lone surrogates and NUL out of what JSON spells', async () => {
    await put({ 'odd.json': '{"title":"A\\u0000","text":"one \\ud800 two 🐈 \\udc00"}' })
    const { docs } = await openRoot()
    expect(docs).toMatchObject([{ title: 'A\uFFFD', text: 'one \uFFFD two 🐈 \uFFFD' }])
  })

  it('tells of many source files without comments once', async () => {
    await put({ 'a.ts': 'let a', 'b.py': 'b = 1', 'c.go': '// Package c.\npackage c\n', 'd.md': 'D.' })
    const { texts, warned } = await openRoot()
    expect(texts).toEqual({ 'c.go': '## package c\nPackage c.', 'd.md': 'D.' })
    expect(warned).toEqual({ '.': 'source files without documenting comments, skipped: 2' })
  })

  it('reads 2,000 tiny files, some of them locked', async () => {
    await Promise.all(Array.from({ length: 2000 }, (_, i) => writeFile(join(root, `f${i}.md`), `Text ${i}.`)))
    await chmod(join(root, 'f7.md'), 0)
    const { docs, warned } = await openRoot()
    // root may read what is locked
    expect(docs.length + Object.keys(warned).length).toBe(2000)
    expect(docs.length).toBeGreaterThanOrEqual(1999)
  })
})
