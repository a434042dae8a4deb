// `pnpm bench <name> [--json]`: runs packages/*/bench/<name>.ts, whose last line is one JSON object with a row for each goal.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const packages = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'packages')
const benches = new Map(
  [packages, path.join(packages, 'stores')].flatMap((parent) =>
    readdirSync(parent).flatMap((name) => {
      const folder = path.join(parent, name, 'bench')
      try {
        return readdirSync(folder).map((file) => [path.basename(file, '.ts'), path.join(folder, file)] as const)
      } catch {
        return []
      }
    }),
  ),
)

const file = benches.get(process.argv[2] ?? '')
if (file) await import(pathToFileURL(file).href)
else {
  console.error(`no bench ${JSON.stringify(process.argv[2] ?? '')}: there are ${[...benches.keys()].join(', ')}`)
  process.exitCode = 2
}
