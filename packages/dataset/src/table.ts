import { createReadStream } from 'node:fs'
import { extname } from 'node:path'
import { pipeline } from 'node:stream'
import { messageOf } from '@tenfold/contracts'
import { parse } from 'csv-parse'
import { type NamedFile, Tally } from './lines.ts'
import { namedFields } from './metadata.ts'
import type { Parsed } from './parsed.ts'
import { maxDocBytes, type Warn } from './source.ts'

/** A table of at most this many rows is one document; of a longer one, each row is. */
const rowsOfOneDocument = 50

const delimiters = new Map([
  ['.csv', ','],
  ['.tsv', '\t'],
])

export const tableKinds: readonly string[] = [...delimiters.keys()]

export interface TableDoc extends Parsed {
  /** What tells a row from the others: its own id, or its number from 1; undefined for a whole table. */
  row: string | undefined
}

/**
 * A table as documents; its first row names the columns. A row is its filled cells, each on a line after the name of
 * its column. Streamed: only the first `rowsOfOneDocument` rows are held. What cannot be read is warned of.
 */
export async function* readTable(file: NamedFile, warn: Warn): AsyncGenerator<TableDoc> {
  let columns: string[] | undefined
  let held: TableDoc[] = []
  let number = 0
  const skipped = new Tally()
  for await (const cells of readCells(file, warn)) {
    if (columns === undefined) {
      columns = cells
      continue
    }
    number++
    const row = rowOf(columns, cells, number)
    if (row.text === '') skipped.add('no text, skipped', number + 1)
    else if (row.text.includes('\uFFFD')) skipped.add('invalid UTF-8, decoded with replacement', number + 1)
    if (row.text === '') continue
    if (number <= rowsOfOneDocument) held.push(row)
    else {
      yield* held
      held = []
      yield row
    }
  }
  skipped.report(file.name, warn)
  if (number === 0) warn(file.name, 'no row below the names of the columns, skipped')
  if (held.length > 0) yield { title: undefined, text: held.map(({ text }) => text).join('\n\n'), row: undefined }
}

function rowOf(columns: readonly string[], cells: readonly string[], number: number): TableDoc {
  const named = cells.map((value, i) => [columns[i] ?? '', value] as const).filter(([, value]) => value !== '')
  const cell = (...names: string[]) => named.find(([name]) => names.includes(name.toLowerCase()))?.[1]
  const text = named.map(([name, value]) => (name === '' ? value : `${name}: ${value}`)).join('\n')
  return { title: cell('title', 'name'), text, row: cell('_id', 'id') ?? String(number), metadata: namedFields(named) }
}

async function* readCells({ path, name }: NamedFile, warn: Warn): AsyncGenerator<string[]> {
  const parser = parse({
    delimiter: delimiters.get(extname(path).toLowerCase())!,
    bom: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: maxDocBytes,
    skip_records_with_error: true,
  })
  const malformed = new Tally()
  parser.on('skip', (error: Error & { lines?: number }) =>
    // Behind the colon is where, which Tally tells.
    malformed.add(`${error.message.split(':')[0]!.toLowerCase()}, skipped`, error.lines ?? 0),
  )
  const cells = pipeline(createReadStream(path), withoutNul, parser, () => {})
  try {
    for await (const record of cells) yield record as string[]
  } catch (error) {
    warn(name, `cannot be read to its end: ${messageOf(error)}`)
  }
  malformed.report(name, warn)
}

async function* withoutNul(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const block of blocks) {
    if (block.includes(0)) throw new Error('binary file (holds NUL bytes)')
    yield block
  }
}
