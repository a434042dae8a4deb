import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Before all tests, once: processes that they start run compiled JavaScript, which must be of this source. */
export default function build(): void {
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd, stdio: 'inherit' })
}
