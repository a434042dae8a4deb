import type { MaintenanceDone, MaintenancePlan, MaintenanceStep } from '@tenfold/store-sqlite'

const names: Record<MaintenanceStep['kind'], string> = {
  check: 'check',
  checkpoint: 'checkpoint',
  analyze: 'ANALYZE',
  merge: 'merge',
  vacuum: 'VACUUM',
}
const titleOf = ({ kind, table }: MaintenanceStep): string => (table ? `${names[kind]} ${table}` : names[kind])
const time = (ms: number): string => (ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.ceil(ms)} ms`)

/** A row for each step: chosen or not, how long it may take, why. Then what to type. */
export function planLines({ path, bytes, steps }: MaintenancePlan, chosen: readonly MaintenanceStep[]): string[] {
  const width = Math.max(...steps.map((step) => titleOf(step).length))
  const rows = steps.map((step) => {
    const mark = chosen.includes(step) ? '+' : '–'
    const cost = `about ${time(step.estimateMs)}${step.holdsWriters ? ', holds writers up' : ''}`
    return `${mark} ${titleOf(step).padEnd(width)}  ${cost.padEnd(32)}  ${step.why}`.trimEnd()
  })
  const isCheckOnly = chosen.every(({ kind }) => kind === 'check')
  const end = isCheckOnly
    ? '✓ nothing is worth doing; `--yes` runs the check'
    : '✓ nothing was changed; `--yes` does what is marked with +'
  return [`${path}: ${(bytes / 1e6).toFixed(1)} MB`, ...rows, end]
}

export const doneLine = ({ step, wallMs }: MaintenanceDone): string => `✓ ${titleOf(step)}, ${time(wallMs)}`
