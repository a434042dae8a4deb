import type { SnippetOptions } from '@tenfold/contracts'
import { wordsOf } from '@tenfold/store-kit'
import { anyOf } from './fts-query.ts'
import type { Prepare } from './statements.ts'

/**
 * The part of each chunk's text that has most of the question's words, those marked; the beginning of a text that has none of them. By chunk
 * id; chunks that are gone are left out.
 */
export function snippetsOf(
  prepare: Prepare,
  text: string,
  chunkIds: readonly number[],
  { open, close, words }: SnippetOptions,
): Map<number, string> {
  const wanted = wordsOf(text)
  // FTS5 gives 64 at most
  const cut = Math.min(64, Math.max(1, words))
  const marked = (chunkId: number) =>
    wanted.length === 0
      ? undefined
      : (prepare('snippet').pluck().get(open, close, ellipsis, cut, anyOf(wanted), chunkId) as string | undefined)
  const texts = new Map(
    (prepare('hydrate').all(JSON.stringify(chunkIds)) as { chunkId: number; text: string }[]).map(
      ({ chunkId, text }) => [chunkId, text],
    ),
  )
  return new Map([...texts].map(([chunkId, text]) => [chunkId, marked(chunkId) ?? beginning(text, cut)]))
}
const ellipsis = '…'

function beginning(text: string, words: number): string {
  const [whole = ''] = new RegExp(`^\\s*(?:\\S+\\s*){0,${words}}`).exec(text) ?? []
  return whole.length < text.length ? `${whole.trim()}${ellipsis}` : whole.trim()
}
