// The house rules a machine can check: who may import whom, how long a file may be, which names say nothing.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/** Lower layers only; never a sibling, except where `siblings` says so. */
const layers: Record<string, number> = {
  contracts: 0,
  measure: 1,
  'handoff-store': 1,
  models: 1,
  dataset: 1,
  harness: 2,
  encoder: 2,
  'index-advisor': 2,
  'vector-search': 2,
  inference: 2,
  recordings: 2,
  'target-http': 2,
  'target-command': 2,
  'target-module': 2,
  'store-kit': 2,
  'search-engine': 3,
  'store-postgres': 3,
  'store-sqlite': 3,
  'store-redis': 3,
  'store-qdrant': 3,
  'store-meilisearch': 3,
  'static-encoder': 3,
  proof: 3,
  'store-opensearch': 4,
  'store-elasticsearch': 4,
  ingest: 4,
  'phase-kit': 4,
  regression: 4,
  baseline: 5,
  profiler: 5,
  'memory-optimizer': 5,
  'speed-optimizer': 5,
  'metal-optimizer': 5,
  'db-optimizer': 5,
  'cache-manager': 5,
  'auto-tuner': 5,
  report: 6,
  rag: 6,
  cli: 7,
}
const longest = 400
const saysNothing = /(^|\/)(utils?|helpers?|common|misc|shared)(\/|\.ts$)/

const problems: string[] = []

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name)
    if (name === 'node_modules' || name === 'dist') return []
    if (statSync(file).isDirectory()) return sourceFiles(file)
    return /\.(ts|mjs)$/.test(name) ? [file] : []
  })
}

const packageFolders = ['packages', 'packages/stores', 'packages/targets']
  .flatMap((parent) => readdirSync(path.join(root, parent)).map((name) => path.join(root, parent, name)))
  .filter((folder) => readdirSync(folder).includes('package.json'))

for (const folder of packageFolders) {
  const { name, dependencies = {} } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const own = name.replace('@tenfold/', '')
  const layer = layers[own]
  if (layer === undefined) problems.push(`${name} has no layer in scripts/check-layout.ts`)
  for (const dependency of Object.keys(dependencies).filter((each) => each.startsWith('@tenfold/'))) {
    const below = layers[dependency.replace('@tenfold/', '')]
    if (below === undefined || layer === undefined || below >= layer)
      problems.push(`${name} may not import ${dependency}: imports go down only`)
  }
  for (const file of ['README.md', 'src/index.ts']) {
    if (!statSync(path.join(folder, file), { throwIfNoEntry: false })) problems.push(`${name} has no ${file}`)
  }
  for (const file of sourceFiles(path.join(folder, 'src'))) {
    const shown = path.relative(root, file)
    const lines = readFileSync(file, 'utf8').split('\n').length
    if (lines > longest) problems.push(`${shown} has ${lines} lines; ${longest} is the most`)
    if (saysNothing.test(shown)) problems.push(`${shown}: the name says nothing`)
  }
}

for (const problem of problems) console.error(problem)
console.log(
  problems.length === 0
    ? `layout: ${packageFolders.length} packages, all in order`
    : `layout: ${problems.length} problems`,
)
process.exitCode = problems.length === 0 ? 0 : 1
