import { ensureModel, type ModelName, manifest } from '@tenfold/models'
import { openReporter } from '@tenfold/phase-kit'
import { Command } from 'commander'

export const modelsCommand = () =>
  new Command('models')
    .description('fetch the models (about 190 MB, once) and check their hashes')
    .option('--json', 'print the files as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const report = openReporter('models')
      const start = performance.now()
      const found = []
      for (const name of Object.keys(manifest) as ModelName[]) {
        const model = await ensureModel(name, {
          onProgress: ({ file, source, receivedBytes, totalBytes }) => {
            const share = receivedBytes / totalBytes
            const left = ((performance.now() - start) / 1000) * (1 / Math.max(share, 0.01) - 1)
            report.status(`${file} from ${source}: ${(100 * share).toFixed(0)} %, ${Math.ceil(left)} s left`)
          },
        })
        found.push(model)
      }
      report.end()
      if (json) return console.log(JSON.stringify(found))
      for (const { name, sha256 } of found)
        for (const [file, hash] of Object.entries(sha256)) console.log(`${name}  ${file}  ${hash.slice(0, 12)}…  ok`)
    })
