import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import {
  type FinalHandoff,
  type Handoff,
  type PhaseId,
  PipelineError,
  phaseFiles,
  phaseIds,
  type SampleLine,
} from '@tenfold/contracts'
import { finalSchema, handoffSchema, sampleLineSchema } from '@tenfold/contracts/schemas'
import type { z } from 'zod'
import { replaceFile, sha256, sha256OfFile, workspaceRoot } from './files.ts'
import { writeSealed } from './seal.ts'

export interface LinesFile {
  file: string
  sha256: string
  lines: number
}

/** The folder `handoff/` of one workspace: what each phase leaves for the next. */
export interface HandoffStore {
  root: string
  folder: string
  fileOf(phase: PhaseId | 'final'): string
  /** Throws HANDOFF_MISSING, HANDOFF_INVALID or HANDOFF_STALE, naming the file, the JSON path and what to run again. */
  read(phase: PhaseId, runId?: string): Handoff
  readFinal(): FinalHandoff
  has(phase: PhaseId, runId?: string): boolean
  hashOf(phase: PhaseId): string
  write(handoff: Handoff): void
  writeFinal(final: FinalHandoff): void
  writeLines(name: string, lines: readonly unknown[]): LinesFile
  readSamples(name: string): SampleLine[]
  /** Removes what a former run left, before phase 8 begins a new one. */
  clear(): void
}

const finalFile = 'phase_10_complete.json'

export function openHandoffStore(root = workspaceRoot()): HandoffStore {
  const folder = path.join(root, 'handoff')
  const fileOf = (phase: PhaseId | 'final') =>
    path.join(folder, phase === 'final' ? finalFile : `${phaseFiles[phase]}_complete.json`)

  const load = <Schema extends z.ZodType>(phase: PhaseId | 'final', schema: Schema): z.infer<Schema> => {
    const file = fileOf(phase)
    const name = path.relative(root, file)
    const again = `run ${phase === 'final' ? 'the report' : `the ${phase} phase`} again: pnpm tenfold run --only ${phase === 'final' ? 'report' : phase}`
    if (!existsSync(file)) throw new PipelineError('HANDOFF_MISSING', `${name} does not exist`, again)
    let json: unknown
    try {
      json = JSON.parse(readFileSync(file, 'utf8'))
    } catch (cause) {
      throw new PipelineError('HANDOFF_INVALID', `${name} is not JSON (cut short?): ${cause}`, again, { cause })
    }
    const parsed = schema.safeParse(json)
    if (parsed.success) return parsed.data
    const issue = parsed.error.issues[0]
    throw new PipelineError(
      'HANDOFF_INVALID',
      `${name} at ${issue?.path.join('.') || '(top)'}: ${issue?.message}`,
      again,
    )
  }

  const read = (phase: PhaseId, runId?: string): Handoff => {
    const handoff = load(phase, handoffSchema)
    if (runId && handoff.runId !== runId) {
      const name = path.relative(root, fileOf(phase))
      throw new PipelineError(
        'HANDOFF_STALE',
        `${name} is of run ${handoff.runId}, this run is ${runId}`,
        `run the ${phase} phase again, or the whole pipeline: pnpm tenfold run`,
      )
    }
    return handoff
  }

  return {
    root,
    folder,
    fileOf,
    read,
    readFinal: () => load('final', finalSchema),
    has(phase, runId) {
      try {
        read(phase, runId)
        return true
      } catch {
        return false
      }
    },
    hashOf: (phase) => sha256OfFile(fileOf(phase)),
    write: (handoff) => writeSealed(fileOf(handoff.phase), handoffSchema.parse(handoff)),
    writeFinal: (final) => writeSealed(fileOf('final'), finalSchema.parse(final)),
    writeLines(name, lines) {
      const content = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
      replaceFile(path.join(folder, name), content)
      return { file: name, sha256: sha256(content), lines: lines.length }
    },
    readSamples: (name) =>
      readFileSync(path.join(folder, name), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => sampleLineSchema.parse(JSON.parse(line))),
    clear() {
      const ours = new RegExp(
        `^(${[...phaseIds.map((phase) => phaseFiles[phase]), 'phase_10'].join('|')})_(complete|samples|trials)\\.`,
      )
      for (const name of existsSync(folder) ? readdirSync(folder) : [])
        if (ours.test(name)) rmSync(path.join(folder, name))
    },
  }
}
