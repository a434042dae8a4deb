import type { DocRow, MetadataValue } from '@tenfold/contracts'

/**
 * What can be asked of a document as plain texts, for engines that look up texts and not conditions. JSON tells a number from the same
 * number as text, and one field from another whatever is in their names.
 */
export const facts = {
  collection: (collection: string): string => `c:${JSON.stringify(collection)}`,
  value: (field: string, value: MetadataValue): string => `m:${JSON.stringify([field, value])}`,
  /** The field is there, whatever its value. */
  field: (field: string): string => `f:${JSON.stringify(field)}`,
}

/** All facts of a document. */
export function factsOf({ collection, metadata = {} }: Pick<DocRow, 'collection' | 'metadata'>): string[] {
  const of = Object.entries(metadata).flatMap(([field, value]) => [facts.field(field), facts.value(field, value)])
  return [facts.collection(collection), ...of]
}
