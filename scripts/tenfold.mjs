// `pnpm tenfold …`: makes a fresh clone ready the first time, then hands over to the command line.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const cli = new URL('../packages/cli/dist/main.js', import.meta.url)
if (!existsSync(cli)) {
  execFileSync(process.execPath, [fileURLToPath(new URL('bootstrap.mjs', import.meta.url))], {
    stdio: ['ignore', 2, 2],
  })
}
await import(cli.href)
