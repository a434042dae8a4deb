import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { candidateOf } from '../src/candidates.ts'
import { cloneDatabase } from '../src/clone.ts'
import { advise, schemaDump } from '../src/index.ts'
import { openPlayer } from '../src/measured/player.ts'
import { runTrial } from '../src/measured/trial.ts'
import { playable } from '../src/playable.ts'
import { preselect } from '../src/preselect.ts'
import { review } from '../src/review.ts'
import { planOf } from '../src/sql/plan.ts'
import { readSchema } from '../src/sql/schema.ts'
import { openWhatIf } from '../src/what-if.ts'
import { library, numbers, workload } from './fixture.ts'

const ofDoc = 'SELECT id, text FROM chunks WHERE doc_id = ? ORDER BY ord, id'
const newest = 'SELECT id, doc_id FROM chunks WHERE type = ? AND deleted = 0 ORDER BY created_at DESC LIMIT 20'
const ofTenant =
  'SELECT c.id, c.ord FROM docs d JOIN chunks c ON c.doc_id = d.id WHERE d.tenant = ? AND d.source = ? AND c.deleted = 0 ORDER BY c.id'
const byLanguage = "SELECT id FROM docs WHERE json_extract(meta, '$.lang') = ? ORDER BY id"
const byExtId = 'SELECT id FROM docs WHERE ext_id = ?'
const types = [['code'], ['note'], ['text']]
const tenants = Array.from({ length: 8 }, (_, i) => [i, i % 7])

describe('advise', () => {
  it('finds what is missing: the index of a join, of a sort behind a constant, of an expression', () => {
    const { db, file } = library()
    const before = readFileSync(file)
    const statements = workload(
      [ofDoc, 1000, numbers(8, 31)],
      [newest, 500, types],
      [ofTenant, 200, tenants],
      [byLanguage, 100, [['l3'], ['l49']]],
      [byExtId, 1000, [['doc-5'], ['doc-77']]],
    )
    const advice = advise(db, statements)
    const made = advice.add.map(({ ddl }) => ddl.replaceAll('"', ''))
    expect(made.some((ddl) => /ON chunks \(doc_id/.test(ddl))).toBe(true)
    expect(made.some((ddl) => /ON chunks \((deleted, )?type, (deleted, )?created_at/.test(ddl))).toBe(true)
    expect(made.some((ddl) => /ON docs \(json_extract\(meta, '\$.lang'\)/.test(ddl))).toBe(true)
    expect(advice.gain).toBeGreaterThan(0.8)
    expect(advice.interval[0]).toBeGreaterThan(0)
    const times = Object.fromEntries(
      advice.statements.map(({ statement, beforeUs, afterUs }) => [statement.bindings[0]!.sql, beforeUs! / afterUs!]),
    )
    for (const sql of [ofDoc, newest, ofTenant, byLanguage]) expect(times[sql]).toBeGreaterThan(2)
    expect(
      advice.add.every(({ bytes, insertUs }) => bytes > 0 && insertUs !== null && insertUs[0] > 0 && insertUs[1] > 0),
    ).toBe(true)
    // a dry run
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('advises nothing where nothing is missing, and changes nothing', () => {
    const { db } = library(3000, 'CREATE INDEX chunks_doc ON chunks (doc_id, ord)')
    db.exec('ANALYZE')
    const dump = schemaDump(db)
    const advice = advise(db, workload([ofDoc, 1000, numbers(8)], [byExtId, 1000, [['doc-5']]]))
    expect(advice).toMatchObject({ add: [], drop: [], gain: 0 })
    expect(schemaDump(db)).toBe(dump)
  })

  it('a workload of inserts gets no index for a rare question', () => {
    const { db } = library(5000)
    const inserts = 'INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)'
    const rare: [string, number, unknown[][]] = [newest, 1, types]
    expect(advise(db, workload(rare)).add).not.toEqual([])
    expect(advise(db, workload(rare, [inserts, 5_000_000, [[null, 1, 1, 'code', 1, 0, '']]])).add).toEqual([])
  })

  it('drops the front of another index; what nobody uses only when asked; never what makes values unique or guards a key', () => {
    const planted = `
      CREATE INDEX planted_front ON chunks (type);
      CREATE INDEX planted_whole ON chunks (type, deleted, created_at);
      CREATE INDEX planted_useless ON chunks (text);
      CREATE UNIQUE INDEX planted_unique ON docs (meta, id);
      CREATE INDEX planted_key ON chunks (doc_id);`
    const { db } = library(5000, planted)
    db.exec('ANALYZE')
    const statements = workload([newest, 500, types], [byExtId, 100, [['doc-5']]])
    expect(advise(db, statements).drop.map(({ name, reason }) => [name, reason])).toEqual([
      ['planted_front', 'duplicate'],
    ])
    const all = advise(db, statements, { dropUnused: true })
    const found = Object.fromEntries(all.drop.map(({ name, reason }) => [name, reason]))
    expect(found).toMatchObject({ planted_front: 'duplicate', planted_useless: 'unused' })
    // it may go only for a better one
    if (all.add.length === 0) expect(Object.keys(found).sort()).toEqual(['planted_front', 'planted_useless'])
    for (const name of ['planted_unique', 'planted_key']) expect(found).not.toHaveProperty(name)
  })

  it('tells which statements it could not try, and goes on with the others', () => {
    const { db } = library(3000)
    const advice = advise(db, [
      ...workload([ofDoc, 10, numbers(3)], ['SELECT a FROM nowhere', 5, [[]]]),
      ...workload(['SELECT * FROM docs WHERE tenant = ?', 1, [null as never]]),
    ])
    expect(advice.warnings).toEqual([
      expect.stringMatching(/^not tried: .*nowhere.*no such table/),
      expect.stringMatching(/^not tried: .*no values for its parameters/),
    ])
    expect(advice.add).not.toEqual([])
  })
})

describe('S2-28 S3-28 the indexes that were asked for', () => {
  it('are kept only when the workload is faster with them', () => {
    const asked = `
      CREATE INDEX seed_doc ON chunks (doc_id);
      CREATE INDEX seed_type ON chunks (type, created_at DESC);
      CREATE INDEX seed_source ON docs (source, tenant);`
    const { db } = library(10_000, asked)
    db.exec('ANALYZE')
    const advice = advise(db, workload([ofDoc, 1000, numbers(8, 11)], [newest, 500, types]), { dropUnused: true })
    const dropped = advice.drop.map(({ name }) => name)
    // no statement looks documents up by their source
    expect(dropped).toContain('seed_source')
    const schema = readSchema(db)
    const stays = (name: string, columns: RegExp) =>
      !dropped.includes(name) || advice.add.some(({ ddl }) => columns.test(ddl.replaceAll('"', '')))
    expect(stays('seed_doc', /chunks \(doc_id/)).toBe(true)
    expect(stays('seed_type', /chunks \((deleted, )?type/)).toBe(true)
    expect(schema.get('chunks')!.indexes.map(({ name }) => name)).toContain('seed_doc')
  })
})

describe('a trial', () => {
  const tryIndex = (ddl: string, sql: string, values: unknown[][], prepare = '') => {
    const { db } = library(20_000, prepare)
    const clone = cloneDatabase(db)
    try {
      const arms = [clone.openArm(), clone.openArm()] as const
      for (const { db: arm } of arms) arm.exec('ANALYZE')
      arms[1].build([{ name: 'planted', ddl: `CREATE INDEX planted ON ${ddl}` }])
      const { replays } = playable(arms[0].db, review(db, workload([sql, 10, values])))
      const [a, b] = [openPlayer(arms[0].db), openPlayer(arms[1].db)]
      const knownUs = new Map(replays.map((replay) => [replay, a.typicalUs(replay)]))
      return runTrial({
        a,
        b,
        replays,
        knownUs,
        writesUs: { before: 0, after: 0 },
        random: () => 0.3,
        answers: new Map(),
        compared: 32,
      })
    } finally {
      clone.close()
    }
  }

  it('S2-30 refuses the harmful one: a join that scanned once must not build an index of its own for each question', () => {
    const join =
      'SELECT count(*), sum(length(c.text)) FROM chunks c JOIN docs d ON d.id = c.doc_id WHERE d.tenant = ? AND d.source = ? AND c.deleted = 0'
    const trial = tryIndex('docs (tenant, source)', join, tenants)
    expect(trial.statements[0]!.isAffected).toBe(true)
    expect(trial.gain).toBeLessThan(0)
    expect(trial.objection).toMatch(/^makes a statement slower: select count/)
  })

  it('objects where rows of equal rank change places', () => {
    const trial = tryIndex(
      'chunks (type, ord)',
      'SELECT id FROM chunks WHERE type = ? ORDER BY ord LIMIT 5',
      [['note']],
      `CREATE INDEX other ON chunks (ord, created_at)`,
    )
    expect(trial.objection).toMatch(/changes the answer .*equal rank/)
  })

  it('does not object to a statement that differs from itself', () => {
    const trial = tryIndex('chunks (type, id)', 'SELECT random() FROM chunks WHERE type = ? LIMIT 3', [['note']])
    expect(trial.objection).toBeNull()
  })
})

describe('the database without rows', () => {
  it('plans as the real one does, candidate by candidate', () => {
    const { db } = library(8000)
    db.exec('ANALYZE')
    const statements = workload(
      [ofDoc, 1, numbers(2)],
      [newest, 1, types],
      [ofTenant, 1, tenants],
      [byLanguage, 1, [['l3']]],
    )
    const whatIf = openWhatIf(db)
    const schema = readSchema(db)
    const proposals = preselect(statements, schema, whatIf)
    expect(proposals.length).toBeGreaterThan(10)
    const clone = cloneDatabase(db)
    try {
      const arm = clone.openArm()
      arm.db.exec('ANALYZE')
      let same = 0
      for (const proposal of proposals) {
        arm.build(proposal)
        whatIf.copyStatistics(arm.db)
        for (const { bindings } of statements) {
          expect(whatIf.plan(bindings[0]!, proposal)).toEqual(planOf(arm.db, bindings[0]!))
          same++
        }
        arm.drop(proposal)
      }
      expect(same).toBe(4 * proposals.length)
    } finally {
      clone.close()
      whatIf.close()
    }
  })

  it('a name is the same for the same index, and never that of another', () => {
    const column = { name: 'type', isNumeric: false, isRowid: false }
    const key = { sql: '"type"', column, isExpression: false, descending: false }
    expect(candidateOf('chunks', [key], null)).toEqual(candidateOf('chunks', [key], null))
    expect(candidateOf('chunks', [key], null).name).not.toBe(candidateOf('chunks', [key], '"deleted" = 0').name)
  })
})
