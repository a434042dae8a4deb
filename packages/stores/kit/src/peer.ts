import { PipelineError } from '@tenfold/contracts'

/**
 * A client library that only users of a store install: `loadPeer('pg', () => import('pg'))`. Throws ENGINE_UNAVAILABLE with the line
 * that installs it. `spec` is what to add where it differs from the name.
 */
export async function loadPeer<Module>(name: string, load: () => Promise<Module>, spec = name): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    const hint = `pnpm add ${spec}`
    throw new PipelineError('ENGINE_UNAVAILABLE', `the package ${name} is not installed`, hint, { cause })
  }
}
