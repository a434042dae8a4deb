import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import {
  type Conditions,
  type Config,
  diffConfig,
  type Handoff,
  type KnobKey,
  type PhaseId,
  type Profile,
  parseConfig,
  profiles,
  type SampleLine,
  type Settings,
} from '@tenfold/contracts'
import { type HandoffStore, openHandoffStore, replaceFile } from '@tenfold/handoff-store'
import {
  type ArmSpec,
  describeConditions,
  type JobRunner,
  type Lab,
  openData,
  openJobRunner,
  openLab,
  openReporter,
  questionsFor,
  type Reporter,
  scratchFolder,
  sweepArms,
} from '@tenfold/harness'
import type { Observation } from '@tenfold/measure'
import { deltaFrom } from '@tenfold/proof'
import { indexFolderFor } from './index-folder.ts'
import type { Phase } from './phase.ts'
import { loadSettings, startConfig, targetOf } from './settings.ts'

/** Everything one run of one phase holds on to. */
export interface Session extends Lab {
  phase: Phase
  phaseModule: string
  settings: Settings
  profile: Profile
  store: HandoffStore
  runId: string
  upstream: Handoff['upstream']
  /** The configuration the run began with, and the one this phase begins with. */
  first: Config
  incumbent: Config
  runner: JobRunner
  report: Reporter
  conditions: Conditions
  target: Handoff['target']
  /** Knobs the target says it has, once a job has asked it; undefined where it tells of none. */
  offered(): KnobKey[] | undefined
  /** Keys the phases before changed. */
  accepted: KnobKey[]
  /** Smallest difference claimed in one process: what phase 8 saw when it compared the system with itself. */
  noiseDelta: number
  /** Raw samples, in the order they were taken. */
  samples: SampleLine[]
  /** Figures of the ingest, when this phase had to do it. */
  built: Observation
  /** Folder of the built index for this data, target and start configuration. */
  indexFolder: string
  /** Where the index a configuration makes belongs. */
  indexFor(config: Config): string
  arm(config: Config, index?: string | null): ArmSpec
}

export interface SessionOptions {
  phaseModule: string
  signal: AbortSignal
  resume: boolean
  root?: string
  reporter?: Reporter
}

export async function openSession(phase: Phase, options: SessionOptions): Promise<Session> {
  const store = openHandoffStore(options.root)
  const settings = await loadSettings(store.root)
  sweepArms(store.root)
  const report = options.reporter ?? openReporter(phase.id)
  const { runId, first } = currentRun(phase, store, settings, options.resume)
  const handoffs = phase.reads.map((id) => store.read(id, runId))
  const previous = handoffs.at(-1)
  const runner = openJobRunner({
    journalFile: path.join(scratchFolder(store.root), 'journal', runId, `${phase.id}.ndjson`),
    keepJournal: options.resume,
    signal: options.signal,
    say: (line) => report.status(line),
  })
  const dataset = await openData(settings.data)
  const questions = { tune: await questionsFor(dataset, 'tune'), check: await questionsFor(dataset, 'check') }
  const conditions = describeConditions(settings, dataset, store.root)
  const indexFor = (config: Config) => indexFolderFor(settings.target, config, conditions.data.hash, store.root)
  const indexFolder = indexFor(first)
  const incumbent = previous ? parseConfig(previous.config) : first
  const target = { module: settings.target, name: settings.target, level: 0 }
  let offered: KnobKey[] | undefined
  const lab = openLab({
    runner,
    data: settings.data,
    dataset,
    questions,
    profile: settings.profile,
    status: (line) => report.status(line),
    signal: options.signal,
    onInfo(info) {
      conditions.models = info.models
      Object.assign(target, { name: info.name, level: info.level })
      const keys = Object.keys(info.knobs) as KnobKey[]
      offered = keys.length > 0 ? keys : undefined
    },
  })
  if (phase.id === 'baseline') lab.warnings.push(...dataset.warnings.map(({ file, reason }) => `${file}: ${reason}`))
  const session: Session = {
    ...lab,
    phase,
    phaseModule: options.phaseModule,
    settings,
    profile: profiles[settings.profile],
    store,
    runId,
    upstream: phase.reads.map((id) => ({ phase: id, sha256: store.hashOf(id) })),
    first,
    incumbent,
    target,
    offered: () => offered,
    accepted: Object.keys(diffConfig(first, incumbent)) as KnobKey[],
    runner,
    report,
    conditions,
    noiseDelta: phase.id === 'baseline' ? 0 : noiseDeltaOf(store.read('baseline')),
    samples: [],
    built: {},
    indexFolder,
    indexFor,
    arm: (config, index = indexFolder) => ({ target: targetOf(settings), config, index }),
  }
  if (phase.id === 'baseline' && !options.resume) rmSync(indexFolder, { recursive: true, force: true })
  await ensureIndex(session)
  return session
}

interface Run {
  runId: string
  /** The configuration it began with. */
  first: Config
}

/** Phase 8 begins a run with a new id, unless an interrupted one is taken up again; later phases find the run in its handoff. */
function currentRun(phase: Phase, store: HandoffStore, settings: Settings, resume: boolean): Run {
  if (phase.id !== 'baseline') {
    const { runId, config } = store.read('baseline')
    return { runId, first: parseConfig(config) }
  }
  const file = runFile(store)
  if (resume && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  // read before the last run's files are cleared: it may be what this one begins with
  const first = startConfig(settings, store.root)
  const runId = `${new Date().toISOString().slice(0, 19).replace(/[-:]/g, '')}-${randomUUID().slice(0, 8)}`
  replaceFile(file, JSON.stringify({ runId, first }))
  store.clear()
  return { runId, first }
}

function noiseDeltaOf({ verdicts }: Handoff): number {
  const floor = verdicts.find((verdict) => verdict.role === 'noise-floor')
  return floor ? deltaFrom(floor) : 0
}

/** Phase 8 builds the index and times it; a phase run alone, after the scratch folder was removed, builds it again. */
async function ensureIndex(session: Session): Promise<void> {
  if (existsSync(session.indexFolder) && session.phase.id !== 'baseline') return
  const { results } = await session.job(
    [session.arm(session.first, null)],
    [{ kind: 'ingest', into: session.indexFolder }],
    'ingest',
  )
  if (results[0]?.kind === 'ingest') session.built = results[0].observation
}

/** The run that is taken up again has this handoff. Written once more, it would break the chain of those after it. */
export function isFinished(store: HandoffStore, phase: PhaseId): boolean {
  const file = runFile(store)
  const runId = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Run).runId : undefined
  if (phase === 'baseline') return runId !== undefined && store.has('baseline', runId)
  return store.has('baseline') && store.has(phase, store.read('baseline').runId)
}

const runFile = (store: HandoffStore): string => path.join(scratchFolder(store.root), 'run.json')
