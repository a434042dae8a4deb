import { execFileSync } from 'node:child_process'

/** Before all tests, once: processes that they start run compiled JavaScript, which must be of this source. */
export default function build(): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { stdio: 'inherit' })
}
