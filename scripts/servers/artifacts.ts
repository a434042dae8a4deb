// A server made of published Java artifacts, fetched by Maven once and kept in the cache.
import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { modelCacheDir } from '../../packages/models/src/index.ts'

export type ServerKind = 'opensearch' | 'elasticsearch'

/** Maven or a JDK is not there, so nothing was tested. Exit code 3. */
export class NotTestedHere extends Error {}

const run = promisify(execFile)

/** Folder of classes, jars and plugins; its name changes with what it is made of. Throws NotTestedHere. */
export async function fetchServer(kind: ServerKind): Promise<string> {
  requireJava()
  const sources = [`${kind}/pom.xml`, `${kind}/Launcher.java`, 'Launch.java'].map((name) =>
    path.join(import.meta.dirname, name),
  )
  const hash = createHash('sha256')
  for (const file of sources) hash.update(await readFile(file))
  const cache = path.join(path.dirname(modelCacheDir()), 'servers')
  const folder = path.join(cache, `${kind}-${hash.digest('hex').slice(0, 12)}`)
  if (await exists(folder)) return folder
  const partial = `${folder}.${process.pid}`
  await mkdir(partial, { recursive: true })
  try {
    for (const file of sources) await copyFile(file, path.join(partial, path.basename(file)))
    await run('mvn', ['-q', '-B', 'process-resources'], { cwd: partial })
    if (kind === 'elasticsearch') await makeNettyModule(partial)
    const compile = ['-proc:none', '-cp', classPath(kind, partial), '-d', 'classes', 'Launch.java', 'Launcher.java']
    await run('javac', compile, { cwd: partial })
    // another process may have been quicker: what it made is the same
    await rename(partial, folder).catch(async (error) => {
      if (!(await exists(folder))) throw error
    })
    return folder
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
}

export const classPath = (kind: ServerKind, folder: string): string =>
  [
    'classes',
    'target/lib/*',
    ...(kind === 'opensearch' ? ['target/plugins/knn/*', 'target/plugins/neural-search/*'] : []),
  ]
    .map((part) => path.join(folder, part))
    .join(path.delimiter)

/** Where Elasticsearch looks for its network layer, which it loads as a module and not from the class path. */
export const nettyModule = 'modules/transport-netty4'

async function makeNettyModule(folder: string): Promise<void> {
  const lib = path.join(folder, 'target/lib')
  const module = path.join(folder, nettyModule)
  await mkdir(module, { recursive: true })
  const jars = (await readdir(lib)).filter((name) => /^(netty|transport-netty4)-/.test(name))
  for (const jar of jars) await rename(path.join(lib, jar), path.join(module, jar))
  const own = jars.find((name) => name.startsWith('transport-netty4'))!
  const inside = 'META-INF/es-plugins/transport-netty4'
  await run('jar', ['xf', own, inside], { cwd: module })
  const descriptor = await readFile(path.join(module, inside, 'plugin-descriptor.properties'), 'utf8')
  // the jar is not a named module outside the distribution
  const lines = descriptor.split('\n').filter((line) => !line.startsWith('modulename'))
  await writeFile(path.join(module, 'plugin-descriptor.properties'), lines.join('\n'))
  await rm(path.join(module, 'META-INF'), { recursive: true })
}

function requireJava(): void {
  const version = (command: string, args: string[]) => {
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
    return status === 0 ? stdout + stderr : undefined
  }
  const javac = version('javac', ['-version'])
  const major = Number(/javac (\d+)/.exec(javac ?? '')?.[1] ?? 0)
  if (major >= 17 && version('mvn', ['-v']) !== undefined) return
  const found = javac?.trim() || 'no javac'
  throw new NotTestedHere(`not tested here: this needs mvn and a JDK of 17 or later (found ${found})`)
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  )
