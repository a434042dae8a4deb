import fc from 'fast-check'
import { expect, it } from 'vitest'
import { chunkIdFrom, docKey, fromBase64, hidden, rowsOf, toBase64 } from '../src/rows.ts'

const doc = (id: string) => ({ id, title: 'T', collection: 'c', hash: 'h', metadata: { year: 2001 } })
const chunk = (text: string) => ({ text, hash: `h ${text}`, vector: Float32Array.of(0.6, 0.8) })

it('one task holds a document, its new chunks, and the old ones taken out of sight', () => {
  const [first] = rowsOf([{ doc: doc('a'), chunks: [chunk('old')] }], [], ['f32']).filter(({ kind }) => kind === 'doc')
  const rows = rowsOf([{ doc: doc('a'), chunks: [chunk('old'), chunk('new')] }], [first!], ['f32', 'bit'])
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
  expect(rows.filter(({ live }) => live === false).map(({ id }) => id)).toEqual(first!.chunks)
  const record = rows.find(({ kind }) => kind === 'doc')!
  expect(record).toMatchObject({ id: docKey('a'), row: doc('a'), _vectors: { f32: null, bit: null } })
  expect(rows.filter(({ live }) => live).map(({ id }) => id)).toEqual(record.chunks)
  for (const { id, _vectors } of rows.filter(({ live }) => live)) {
    expect(Number.isSafeInteger(chunkIdFrom(id))).toBe(true)
    expect(_vectors).toMatchObject({
      f32: { embeddings: [expect.closeTo(0.6), expect.closeTo(0.8)] },
      bit: { regenerate: false },
    })
  }
  for (const { id } of rows) expect(id).toMatch(/^[cd]\d+$/)
  expect(hidden([])).toEqual([])
})

it('f32 comes back to the bit', () => {
  fc.assert(
    fc.property(fc.float32Array({ minLength: 1, maxLength: 50 }), (vector) => {
      expect(new Uint8Array(fromBase64(toBase64(vector)).buffer)).toEqual(
        new Uint8Array(Float32Array.from(vector).buffer),
      )
    }),
  )
})
