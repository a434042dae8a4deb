import { messageOf, PipelineError } from '@tenfold/contracts'

export type Library = typeof import('usearch')

/** The version whose behaviour the adapter is tested with. */
export const wanted = 'usearch@2.21.4'

/** The graph library, an optional dependency, loaded when the first graph is. Throws ENGINE_UNAVAILABLE with the line that installs it. */
export async function graphLibrary(load: () => Promise<Library> = () => import('usearch')): Promise<Library> {
  try {
    return await load()
  } catch (error) {
    throw new PipelineError(
      'ENGINE_UNAVAILABLE',
      `graphs need the package usearch, which could not be loaded: ${messageOf(error)}`,
      `pnpm add ${wanted}, or search without a graph: openFlatIndex with bit or int8 codes`,
      { cause: error },
    )
  }
}
