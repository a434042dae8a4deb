import path from 'node:path'
import type { Config } from '@tenfold/contracts'
import { sha256, workspaceRoot } from '@tenfold/handoff-store'
import { scratchFolder } from '@tenfold/harness'

/** Where an index belongs. It depends on the words, on how they are cut, on who turned them into vectors, and on what keeps them. */
export function indexFolderFor(target: string, config: Config, dataHash: string, root = workspaceRoot()): string {
  const cut = [
    config['rag.chunkTokens'],
    config['rag.chunkOverlapTokens'],
    config['speed.precision'],
    config['metal.encoderDevice'],
    config['rag.store'],
  ]
  return path.join(scratchFolder(root), 'index', sha256(JSON.stringify([target, dataHash, cut])).slice(0, 16))
}
