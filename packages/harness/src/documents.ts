import type { Doc } from '@tenfold/contracts'

/** The documents of a setting. Parsers are loaded only now: a process that times questions needs none. */
export async function* docsOf(data: string, concurrency?: number): AsyncGenerator<Doc> {
  const { openData } = await import('./questions.ts')
  yield* (await openData(data)).docs(concurrency)
}
