import { type Filter, PipelineError } from '@tenfold/contracts'

/** The collection asked for. Throws CONFIG_OUT_OF_RANGE for conditions on metadata, which are not kept. */
export function collectionOf(filter: Filter | undefined): string | undefined {
  const [field] = Object.keys(filter?.metadata ?? {})
  if (field === undefined) return filter?.collection
  const message = `a condition on ${field}: this store keeps no metadata`
  throw new PipelineError('CONFIG_OUT_OF_RANGE', message, 'filter by collection')
}
