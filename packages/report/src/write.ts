import path from 'node:path'
import type { FinalHandoff } from '@tenfold/contracts'
import { type HandoffStore, replaceFile } from '@tenfold/handoff-store'
import { readEvidence } from './evidence.ts'
import { buildFinal, pageFile } from './final.ts'
import { renderPage } from './page/page.ts'
import { techniquesFile, techniquesMarkdown } from './techniques.ts'

/** Writes handoff/phase_10_complete.json, report/index.html and docs/techniques.md. Throws HANDOFF_MISSING, HANDOFF_INVALID or HANDOFF_STALE. */
export function writeReport(store: HandoffStore): FinalHandoff {
  const evidence = readEvidence(store)
  const final = buildFinal(evidence.handoffs, evidence.samples)
  store.writeFinal(final)
  replaceFile(path.join(store.root, pageFile), renderPage(final, evidence))
  replaceFile(path.join(store.root, techniquesFile), techniquesMarkdown(evidence.handoffs))
  return final
}
