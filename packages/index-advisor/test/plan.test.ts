import { describe, expect, it } from 'vitest'
import { isFullScan } from '../src/sql/plan.ts'

// as SQLite 3.53.2 prints them
describe('S2-30 S3-29 isFullScan', () => {
  it.each(['SCAN docs', 'SCAN c'])('%s: every row is read', (step) => {
    expect(isFullScan(step)).toBe(true)
  })

  it.each([
    'SEARCH docs USING INDEX sqlite_autoindex_docs_1 (id=?)',
    'SEARCH chunks USING INTEGER PRIMARY KEY (rowid=?)',
    'SCAN fts VIRTUAL TABLE INDEX 32:M1',
    'SCAN json_each VIRTUAL TABLE INDEX 1:',
    'SCAN 2-ROW VALUES CLAUSE',
    'SCAN CONSTANT ROW',
    'SCAN (subquery-1)',
    'SCAN chunks USING COVERING INDEX chunks_doc',
    'CO-ROUTINE (subquery-1)',
    'USE TEMP B-TREE FOR ORDER BY',
    'MULTI-INDEX OR',
    'MATERIALIZE r',
  ])('%s: is not a scan of a whole table', (step) => {
    expect(isFullScan(step)).toBe(false)
  })
})
