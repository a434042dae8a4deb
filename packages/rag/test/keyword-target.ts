import { type Doc, type Patch, type Target, type TargetEvent, knobs as table } from '@tenfold/contracts'

const wordsOf = (text: string): string[] => text.toLowerCase().match(/\p{L}+/gu) ?? []

/** A retriever by shared words: the least a target can be. Level 1 adds stages and an answer, level 2 two knobs. */
export function keywordTarget(docs: readonly Doc[], level: 0 | 1 | 2): Target {
  let settings: Patch = { 'db.statementReuse': false, 'db.ftsOrder': 'rank' }
  const remembered = new Map<string, string[]>()
  const rank = (text: string): string[] => {
    const wanted = new Set(wordsOf(text))
    return docs
      .map(({ id, text: body }) => ({ id, score: wordsOf(body).filter((word) => wanted.has(word)).length }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
      .slice(0, 5)
      .map(({ id }) => id)
  }
  const knobs = { 'db.statementReuse': table['db.statementReuse'], 'db.ftsOrder': table['db.ftsOrder'] }
  return {
    info: async () => ({ name: 'keywords', level, stages: [], knobs, models: {}, chunks: docs.length }),
    async query({ text, answerTokens, bypassCache, signal }, on = () => {}) {
      signal?.throwIfAborted()
      const tell = (event: TargetEvent) => level > 0 && on(event)
      const start = performance.now()
      const known = bypassCache ? undefined : remembered.get(text)
      const ids = known ?? rank(text)
      if (!bypassCache) remembered.set(text, ids)
      tell({ type: 'stage', stage: 'lexical', ms: performance.now() - start })
      const answer = answerTokens ? [ids[0]!, '!'] : undefined
      for (const token of answer ?? []) tell({ type: 'token', text: token })
      return { ids, passages: [], ...(answer && { answer: answer.join('') }), ...(known && { cacheHit: 'query' }) }
    },
    async apply(patch) {
      const before = settings
      settings = { ...settings, ...patch }
      return { undo: async () => void (settings = before) }
    },
    readBack: async () => settings,
    reset: async () => remembered.clear(),
    close: async () => {},
  }
}
