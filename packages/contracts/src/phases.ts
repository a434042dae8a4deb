/** Phases and the number each carries in its file name. Their order in time lives in turbo.json alone. */
export const phaseFiles = {
  baseline: 'phase_8',
  profiler: 'phase_9',
  memory: 'phase_10_1',
  speed: 'phase_10_2',
  metal: 'phase_10_3',
  db: 'phase_10_4',
  cache: 'phase_10_5',
  tuner: 'phase_10_6',
} as const
export type PhaseId = keyof typeof phaseFiles
export const phaseIds = Object.keys(phaseFiles) as [PhaseId, ...PhaseId[]]
