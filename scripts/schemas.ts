// `pnpm schemas`: writes schemas/<name>.schema.json (JSON Schema, draft 2020-12) from the zod schemas of the files people and other
// programs read or write. `--check` writes nothing and ends with 1 when a committed file differs.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { evidenceSchema, finalSchema, handoffSchema, recordingSchema } from '../packages/contracts/src/schemas.ts'
import { referenceSchema } from '../packages/handoff-store/src/reference.ts'
import { budgetsSchema } from '../packages/regression/src/index.ts'

const folder = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'schemas')

const schemas = {
  budgets: { schema: budgetsSchema, title: 'Limits that a comparison must keep' },
  evidence: { schema: evidenceSchema, title: 'A comparison of two systems, with every sample' },
  final: { schema: finalSchema, title: 'The sum of a run: handoff/phase_10_complete.json' },
  handoff: { schema: handoffSchema, title: 'What one phase leaves for the next: handoff/phase_<n>_complete.json' },
  recording: { schema: recordingSchema, title: 'Measurements made elsewhere, in groups of one process each' },
  reference: {
    schema: referenceSchema,
    title: 'The accepted system that later ones are held against: baselines/reference.json',
  },
}

/** Of what may be written: a field with a default may be left out. */
function contentOf(name: keyof typeof schemas): string {
  const { schema, title } = schemas[name]
  const { $schema, ...rest } = schema.toJSONSchema({ target: 'draft-2020-12', io: 'input' })
  return `${JSON.stringify({ $schema, $id: `${name}.schema.json`, title, ...rest }, null, 2)}\n`
}

const check = process.argv.includes('--check')
mkdirSync(folder, { recursive: true })
const names = Object.keys(schemas) as (keyof typeof schemas)[]
const wanted = new Map(names.map((name) => [`${name}.schema.json`, contentOf(name)]))
const there = new Map(readdirSync(folder).map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]))
const differing = [...new Set([...wanted.keys(), ...there.keys()])].filter(
  (file) => wanted.get(file) !== there.get(file),
)

if (check) {
  for (const file of differing) console.error(`schemas/${file} is not what the code says; write it again: pnpm schemas`)
  process.exitCode = differing.length > 0 ? 1 : 0
} else {
  for (const file of differing) {
    const content = wanted.get(file)
    if (content === undefined) rmSync(path.join(folder, file))
    else writeFileSync(path.join(folder, file), content)
  }
}
console.log(`schemas: ${wanted.size} files, ${differing.length} ${check ? 'differ' : 'written'}`)
