import { PipelineError } from '@tenfold/contracts'

/** Throws DATA_UNREADABLE for anything but `dims` finite numbers. `of` names whose vector it is. */
export function checkVector(
  vector: Float32Array | undefined,
  dims: number,
  of: string,
): asserts vector is Float32Array {
  if (vector?.length === dims && vector.every(Number.isFinite)) return
  const message = `a vector of ${of} is not ${dims} finite numbers (it has ${vector?.length ?? 0})`
  throw new PipelineError('DATA_UNREADABLE', message, 'embed the document again with the model of the index')
}
