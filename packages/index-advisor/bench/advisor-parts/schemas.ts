import { type Random, seededRandom } from '@tenfold/measure'
import type { Database } from 'better-sqlite3'
import { openBook, type Params, type Statement } from '../../src/statements.ts'

/** A database with a workload, both drawn from a seed. */
export interface Generated {
  statements: Statement[]
}

const between = (random: Random, low: number, high: number): number => low + Math.floor(random() * (high - low + 1))

/** Columns by how many different values they have; `skewed` has one value in nine rows of ten. */
const distincts = { flag: 2, kind: 8, owner: 200, code: 3000, skewed: 12 } as const
type ColumnName = keyof typeof distincts

/**
 * One to three tables of 2,000 to 6,000 rows with columns of different selectivity, and three to six statements: look-ups by one to three
 * columns, sorts behind an equality, ranges, joins, constants, counts.
 */
export function generate(db: Database, seed: number): Generated {
  const random = seededRandom(seed)
  const tables = Array.from({ length: between(random, 1, 3) }, (_, i) => `t${i}`)
  const names = Object.keys(distincts) as ColumnName[]
  for (const [i, table] of tables.entries()) {
    const parent = i > 0 ? ', parent INTEGER NOT NULL' : ''
    db.exec(
      `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, ${names.map((name) => `${name} INTEGER NOT NULL`).join(', ')}, at INTEGER NOT NULL, body TEXT NOT NULL${parent})`,
    )
    const rows = between(random, 2000, 6000)
    const insert = db.prepare(
      `INSERT INTO ${table} VALUES (${Array.from({ length: names.length + 3 + (i > 0 ? 1 : 0) }, () => '?').join(', ')})`,
    )
    db.transaction(() => {
      for (let id = 1; id <= rows; id++) {
        const values = names.map((name) =>
          name === 'skewed' && random() < 0.9 ? 0 : Math.floor(random() * distincts[name]),
        )
        insert.run(
          id,
          ...values,
          (id * 7919) % 1_000_003,
          'lorem ipsum '.repeat(between(random, 2, 12)),
          ...(i > 0 ? [between(random, 1, 2000)] : []),
        )
      }
    })()
  }
  const book = openBook(seed)
  for (let i = between(random, 3, 6); i > 0; i--) {
    const { sql, draw } = statementOf(random, tables, names)
    const calls = between(random, 10, 500)
    for (let n = 0; n < 16; n++) book.add({ sql, params: draw(), us: null, calls: calls / 16, rows: 0 })
  }
  return { statements: book.statements() }
}

function statementOf(
  random: Random,
  tables: readonly string[],
  names: readonly ColumnName[],
): { sql: string; draw(): Params } {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
  const value = (name: ColumnName) => Math.floor(random() * distincts[name])
  const table = pick(tables)
  const [a, b] = [pick(names), pick(names.filter((name) => name !== 'code'))]
  const columns = [...new Set([a, b])].slice(0, between(random, 1, 2))
  const where = columns.map((name) => `${name} = ?`).join(' AND ')
  const draw = () => columns.map(value)
  const forms = [
    { sql: `SELECT id, body FROM ${table} WHERE ${where} ORDER BY id`, draw },
    { sql: `SELECT id, kind FROM ${table} WHERE ${where} ORDER BY at DESC LIMIT 20`, draw },
    {
      sql: `SELECT count(*) FROM ${table} WHERE ${where} AND at > ?`,
      draw: () => [...draw(), Math.floor(random() * 1_000_003)],
    },
    { sql: `SELECT id FROM ${table} WHERE ${where} AND flag = 0 AND skewed = 0 ORDER BY at LIMIT 10`, draw },
    {
      sql: `SELECT id, at FROM ${table} WHERE at BETWEEN ? AND ? ORDER BY at`,
      draw: () => [500_000, 500_000 + between(random, 100, 3000)],
    },
  ]
  const child = pick(tables.slice(1))
  if (child)
    forms.push({
      sql: `SELECT c.id, c.body FROM t0 p JOIN ${child} c ON c.parent = p.id WHERE p.${a} = ? AND p.kind = ? ORDER BY c.id`,
      draw: () => [value(a), value('kind')],
    })
  return pick(forms)
}
