import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arrangements, candidatesFor } from '../src/candidates.ts'
import { fingerprintOf } from '../src/sql/fingerprint.ts'
import { readSchema } from '../src/sql/schema.ts'
import { termsOf } from '../src/sql/terms.ts'
import { tokensOf } from '../src/sql/tokens.ts'
import { workload } from './fixture.ts'

const db = new Database(':memory:')
db.exec(`
  CREATE TABLE docs (id INTEGER PRIMARY KEY, tenant INTEGER, source INTEGER, meta TEXT);
  CREATE TABLE chunks (id INTEGER PRIMARY KEY, doc_id INTEGER, ord INTEGER, type TEXT, created_at INTEGER, deleted INTEGER, text TEXT);
  CREATE INDEX chunks_doc ON chunks (doc_id, ord);`)
const schema = readSchema(db)
const asked = (sql: string, table = 'chunks') => {
  const { equal, range, orders, constants } = termsOf(sql, schema).tables.get(table)!
  const text = (keys: { sql: string }[]) => keys.map((key) => key.sql.replaceAll('"', ''))
  return {
    equal: text(equal),
    range: text(range),
    orders: orders.map(text),
    constants: constants.map((each) => each.sql),
  }
}

describe('fingerprintOf', () => {
  it.each([
    ['SELECT  *\nFROM t WHERE a = 5 -- five', 'select * from t where a = ?'],
    ["select * from t where a='x''y';", 'select * from t where a = ?'],
    ['SELECT "A b" FROM t WHERE a IN (1, ?, :x)', 'select "A b" from t where a in (?)'],
    ['INSERT INTO t (a, b) VALUES (1, 2), (3, 4)', 'insert into t(a, b) values (?)'],
    ["SELECT x'00', 1.5e3, .5 FROM [t]", 'select ?, ?, ? from "t"'],
  ])('%s', (sql, fingerprint) => {
    expect(fingerprintOf(sql)).toBe(fingerprint)
  })

  it('any text gives tokens, and values never change the fingerprint', () => {
    fc.assert(fc.property(fc.string(), (text) => void expect(tokensOf(text)).toBeInstanceOf(Array)))
    fc.assert(
      fc.property(fc.integer(), fc.string({ unit: 'grapheme-ascii' }), (number, text) => {
        const literal = `SELECT a FROM t WHERE b = '${text.replaceAll("'", "''")}' LIMIT ${Math.abs(number)}`
        expect(fingerprintOf(literal)).toBe('select a from t where b = ? limit ?')
      }),
    )
  })
})

describe('termsOf', () => {
  it('finds equality, range, order and constants', () => {
    expect(
      asked(
        'SELECT id FROM chunks WHERE type = ? AND created_at > ? AND deleted = 0 ORDER BY created_at DESC, id DESC LIMIT 5',
      ),
    ).toEqual({
      equal: ['type', 'deleted'],
      range: ['created_at'],
      orders: [['created_at']],
      constants: ['"deleted" = 0'],
    })
  })

  it('resolves aliases, both sides of a join, and values on the left', () => {
    const sql =
      'SELECT c.text FROM docs AS d JOIN chunks c ON c.doc_id = d.id WHERE d.tenant = ? AND 3 = d.source AND ? < c.ord'
    expect(asked(sql)).toMatchObject({ equal: ['doc_id'], range: ['ord'] })
    expect(asked(sql, 'docs').equal).toEqual(['tenant', 'source'])
  })

  it('takes expressions that an index can hold, and no others', () => {
    const sql =
      "SELECT id FROM docs d WHERE json_extract(d.meta, '$.lang') = ? AND meta ->> '$.x' = ? AND unknown(source) = 1"
    expect(asked(sql, 'docs').equal).toEqual(["json_extract(meta, '$.lang')", "meta ->> '$.x'"])
    expect(termsOf(sql, schema).functionOnColumn).toBe(true)
  })

  it('does not take what is set, shown or negated for a condition', () => {
    expect(asked('UPDATE chunks SET type = ?, deleted = 1 WHERE ord = ?')).toMatchObject({
      equal: ['ord'],
      constants: [],
    })
    expect(asked('SELECT doc_id = ord FROM chunks WHERE type IS NOT NULL AND ord NOT IN (1)')).toMatchObject({
      equal: [],
      range: [],
    })
    expect(termsOf('SELECT 1 FROM chunks c WHERE EXISTS (SELECT 1 FROM docs ORDER BY id)', schema).isOrdered).toBe(
      false,
    )
    expect(termsOf("SELECT 1 FROM chunks WHERE text LIKE '%x'", schema).leadingWildcard).toBe(true)
  })
})

describe('candidatesFor', () => {
  const ddl = (sql: string, values: unknown[] = [1]) =>
    candidatesFor(workload([sql, 1, [values]])[0]!, schema).map((each) =>
      each.ddl.replace(/^CREATE INDEX "\w+" ON /, '').replaceAll('"', ''),
    )

  it('orders every choice of columns, ranges and sorts behind, constants as a condition', () => {
    const found = ddl('SELECT text FROM chunks WHERE type = ? AND deleted = 0 ORDER BY created_at DESC')
    expect(found).toContain('chunks (type, created_at) WHERE deleted = 0')
    expect(found).toContain('chunks (type, deleted, created_at)')
    expect(found).toContain('chunks (type)')
  })

  it('carries numbers but no text, and skips what an index begins with already', () => {
    expect(ddl('SELECT ord FROM chunks WHERE type = ?')).toContain('chunks (type, ord)')
    expect(ddl('SELECT text FROM chunks WHERE type = ?')).toEqual(['chunks (type)'])
    expect(ddl('SELECT text FROM chunks WHERE doc_id = ? ORDER BY ord')).toEqual(['chunks (ord)'])
    expect(ddl('SELECT text FROM chunks WHERE id = ?')).toEqual([])
  })

  it('a constant seen in few calls makes no condition', () => {
    const sql = (value: number) => `SELECT text FROM chunks WHERE type = ? AND deleted = ${value}`
    const statements = workload([sql(0), 5, [['a']]], [sql(1), 5, [['a']]])
    expect(statements).toHaveLength(1)
    expect(candidatesFor(statements[0]!, schema).every(({ where }) => where === null)).toBe(true)
  })

  it('arrangements: every order of every choice, largest first', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3 }), (n, most) => {
        const items = Array.from({ length: n }, (_, i) => i)
        const found = arrangements(items, most)
        let expected = 0
        for (let size = 0, count = 1; size <= Math.min(n, most); count *= n - size++) expected += count
        expect(found).toHaveLength(expected)
        expect(new Set(found.map(String)).size).toBe(expected)
      }),
    )
  })
})
