import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { maxDocBytes, openDataset } from '../src/index.ts'

// Reading as root ignores file modes, so the refusal is injected.
vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof import('node:fs/promises')>()
  const open: typeof real.open = (path, ...rest) =>
    String(path).endsWith('locked.md')
      ? Promise.reject(new Error('EACCES: permission denied'))
      : real.open(path, ...rest)
  return { ...real, open }
})

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'dataset-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function put(files: Record<string, string | Uint8Array>) {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), content)
  }
}

async function openRoot() {
  const dataset = await openDataset({ kind: 'path', path: root })
  const docs = []
  for await (const doc of dataset.docs()) docs.push(doc)
  const warned = Object.fromEntries(dataset.warnings.map(({ file, reason }) => [file, reason]))
  return { dataset, docs, ids: docs.map((doc) => doc.id), warned }
}

describe('a folder of texts', () => {
  it('reads every kind in the order of paths, grouped by the first folder', async () => {
    await put({
      'b.txt': 'Plain.',
      'a/page.md': '# Page\n\nText.',
      'a/z/deep.mdx': '<Note>Deep.</Note>',
      'c.html': '<h1>Web</h1><p>Page.</p>',
      'd.json': '{"text":"Json."}',
      'e.jsonl': '{"_id":"x","text":"One."}\n{"title":"Two","note":"no text field"}\n',
      '.hidden/no.md': 'hidden',
      'node_modules/p/README.md': 'package',
    })
    const { docs, ids, dataset } = await openRoot()
    expect(ids).toEqual(['a/page.md', 'a/z/deep.mdx', 'b.txt', 'c.html', 'd.json', 'e.jsonl#x', 'e.jsonl#2'])
    expect(docs.map((doc) => doc.collection)).toEqual(['a', 'a', '', '', '', '', ''])
    expect(docs.map((doc) => doc.title)).toEqual(['Page', 'deep', 'b', 'Web', 'd', 'e', 'Two'])
    expect(docs[6]?.text).toBe('title: Two\nnote: no text field')
    expect(dataset.warnings).toEqual([])
  })

  it('warns of each bad file and takes the rest', async () => {
    await put({
      'good.md': 'Good.',
      'copy.txt': 'Good.',
      'empty.md': '',
      'blank.txt': ' \n ',
      'binary.txt': new Uint8Array([65, 0, 66]),
      'noise.txt': Uint8Array.from({ length: 200 }, (_, i) => 128 + (i % 60)),
      'latin.txt': Buffer.from('A caf\xe9 in a long enough line of text.', 'latin1'),
      'broken.json': '{"a":',
      'broken.jsonl': 'nope\n{"text":"Kept."}\n[1]\n',
      'locked.md': 'secret',
      'picture.png': 'PNG',
    })
    const { ids, warned, docs } = await openRoot()
    expect(ids).toEqual(['broken.jsonl#2', 'copy.txt', 'latin.txt'])
    expect(docs.at(-1)?.text).toBe('A caf\uFFFD in a long enough line of text.')
    expect(warned).toEqual({
      'good.md': 'same text as copy.txt, skipped',
      'empty.md': 'empty, skipped',
      'blank.txt': 'empty, skipped',
      'binary.txt': 'binary file (holds NUL bytes), skipped',
      'noise.txt': 'not UTF-8 text, skipped',
      'latin.txt': 'invalid UTF-8, decoded with replacement',
      'broken.json': expect.stringMatching(/^malformed JSON, skipped: /),
      'broken.jsonl': '2 lines (first: line 1): no JSON object, skipped',
      'locked.md': 'cannot be read, skipped: EACCES: permission denied',
      '.': 'files of other kinds passed over: 1 .png',
    })
  })

  it('never follows a symbolic link', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'outside-'))
    try {
      await writeFile(join(outside, 'secret.md'), 'Secret.')
      await put({ 'in/page.md': 'Page.' })
      await symlink(join(outside, 'secret.md'), join(root, 'file.md'))
      await symlink(outside, join(root, 'folder'))
      await symlink(root, join(root, 'in/up'))
      await symlink('self', join(root, 'self'))
      await symlink('in', join(root, 'again'))
      await symlink('nowhere.md', join(root, 'dangling.md'))
      const { ids, warned } = await openRoot()
      expect(ids).toEqual(['in/page.md'])
      expect(warned).toEqual({
        'file.md': 'symbolic link leading outside the folder, skipped',
        folder: 'symbolic link leading outside the folder, skipped',
        'in/up': 'symbolic link loop, skipped',
        self: 'symbolic link loop, skipped',
        again: 'symbolic link to what is read at its own place, skipped',
        'dangling.md': expect.stringMatching(/^symbolic link cannot be followed, skipped: ENOENT/),
      })
    } finally {
      await rm(outside, { recursive: true, force: true })
    }
  })

  it('cuts a single line of 50 MB at the limit, between characters', async () => {
    await put({
      'line.txt': Buffer.from(`x${'é'.repeat(25_000_000)}`),
      'line.jsonl': Buffer.alloc(maxDocBytes + 1, 'y'),
      'ok.md': 'Ok.',
    })
    const { docs, warned } = await openRoot()
    expect(docs.map((doc) => doc.id)).toEqual(['line.txt', 'ok.md'])
    expect(Buffer.byteLength(docs[0]!.text)).toBe(maxDocBytes - 1)
    expect(docs[0]!.text).not.toContain('\uFFFD')
    expect(warned).toEqual({
      'line.txt': `larger than ${maxDocBytes} bytes, the rest cut off`,
      'line.jsonl': expect.stringMatching(/over \d+ bytes, skipped|no JSON object in it/),
    })
  })

  it('gives the same documents in the same order for any concurrency, and stops early without trouble', async () => {
    await put(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`f${i}.md`, `Text ${i}`])))
    const { dataset, ids } = await openRoot()
    for (const concurrency of [2, 7, 100]) {
      const found: string[] = []
      for await (const doc of dataset.docs(concurrency)) found.push(doc.id)
      expect(found).toEqual(ids)
    }
    for await (const doc of dataset.docs(8)) {
      expect(doc.id).toBe('f0.md')
      break
    }
  })

  it('says so when the folder changed since it was opened', async () => {
    await put({ 'a.md': 'A.', 'b.md': 'B.' })
    const { dataset } = await openRoot()
    await rm(join(root, 'b.md'))
    const read = async () => {
      for await (const doc of dataset.docs()) expect(doc.id).toBe('a.md')
    }
    await expect(read()).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      message: expect.stringContaining('2 documents'),
    })
  })

  it('refuses an empty folder, a missing one and a file, with the way out', async () => {
    await expect(openDataset({ kind: 'path', path: root })).rejects.toMatchObject({ code: 'DATA_EMPTY' })
    const missing = join(root, 'missing')
    await expect(openDataset({ kind: 'path', path: missing })).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
      message: expect.stringContaining(missing),
      hint: expect.stringContaining('existing folder'),
    })
    await put({ 'a.md': 'A.' })
    await expect(openDataset({ kind: 'path', path: join(root, 'a.md') })).rejects.toMatchObject({
      code: 'DATA_UNREADABLE',
    })
  })

  it('changes its hash with any text, id, question or judgement, and with nothing else', async () => {
    const question = { _id: 'q', text: 'Why?', pages: ['a.md'], accept: ['so'] }
    const base = { 'a.md': 'A.', 'b.md': 'B.', 'questions.jsonl': JSON.stringify(question) }
    await put(base)
    const hashes = [(await openRoot()).dataset.hash]
    expect((await openRoot()).dataset.hash).toBe(hashes[0])
    for (const change of [
      { 'a.md': 'A!' },
      { 'questions.jsonl': JSON.stringify({ ...question, text: 'How?' }) },
      { 'questions.jsonl': JSON.stringify({ ...question, pages: ['b.md'] }) },
    ]) {
      await put({ ...base, ...change })
      hashes.push((await openRoot()).dataset.hash)
    }
    expect(new Set(hashes).size).toBe(4)
  })
})

describe('questions in a folder', () => {
  it('keeps groups together and warns of bad lines and unknown pages', async () => {
    const line = (fields: object) => `${JSON.stringify({ text: 'Why?', pages: ['a.md'], ...fields })}\n`
    await put({
      'a.md': 'A.',
      'questions.jsonl':
        line({ _id: 'q1', split: 'check' }) +
        line({ _id: 'q2', paraphraseOf: 'q1', split: 'tune', accept: ['A'] }) +
        line({ _id: 'q3', paraphraseOf: 'q2' }) +
        line({ _id: 'q4', pages: ['a.md', 'gone.md'] }) +
        line({ _id: 'q5', pages: ['gone.md'] }) +
        line({ _id: 'q6', pages: [] }) +
        line({ _id: 'q6' }) +
        line({ text: 'no id' }) +
        line({ _id: 'q7', pages: 'a.md' }),
    })
    const { dataset } = await openRoot()
    expect(dataset.questions.map(({ id, group, relevant }) => [id, group, relevant])).toEqual([
      ['q1', 'q1', { 'a.md': 1 }],
      ['q2', 'q1', { 'a.md': 1 }],
      ['q3', 'q1', { 'a.md': 1 }],
      ['q4', 'q4', { 'a.md': 1 }],
      ['q6', 'q6', {}],
    ])
    expect(dataset.questions.slice(0, 3).map((question) => question.split)).toEqual(['check', 'check', 'check'])
    expect(dataset.warnings.map((warning) => warning.reason)).toEqual([
      'line 7: question id used before, skipped',
      'line 8: no _id, skipped',
      'line 9: pages is no list of strings, skipped',
      'question q2 has split tune, its group q1 has check: check is used',
      'judged document not in the corpus (gone.md), judgement left out',
      'judged document not in the corpus (gone.md), question left out',
    ])
  })
})
