// Makes a fresh clone ready: dependencies, build, models. Does nothing that is done already. Plain Node, no dependency.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const { packageManager } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: 20.19 or newer is needed.`)
  process.exit(3)
}

/** @param {string[]} args */
const pnpm = (...args) => {
  const shell = process.platform === 'win32'
  execFileSync('npx', ['-y', packageManager, ...args], { cwd: root, stdio: 'inherit', shell })
}

const isNewer = (/** @type {string} */ a, /** @type {string} */ b) =>
  !existsSync(b) || statSync(a).mtimeMs > statSync(b).mtimeMs

try {
  if (isNewer(path.join(root, 'pnpm-lock.yaml'), path.join(root, 'node_modules', '.modules.yaml')))
    pnpm('install', '--frozen-lockfile')
  pnpm('exec', 'tsc', '-b')
  if (process.argv.includes('--models'))
    execFileSync(process.execPath, [path.join(root, 'packages/cli/dist/main.js'), 'models'], {
      cwd: root,
      stdio: 'inherit',
    })
} catch (error) {
  // the command that failed has said why
  process.exit(typeof error?.status === 'number' && error.status > 0 ? error.status : 1)
}
