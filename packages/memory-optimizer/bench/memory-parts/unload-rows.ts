import { runArm } from './arm.ts'
import { mb, percent, type Row } from './row.ts'

interface Unloaded {
  held: number
  left: number
  tookMs: number
}

const encoder = { precision: 'fp32', threads: 0, workers: 0, arena: true, weights: 'copy' }
const goal = 0.85

/** What a part that was unloaded has given back a second later. */
export async function unloadRows(forks: number): Promise<Row[]> {
  const rows: Row[] = []
  for (const part of ['encoder', 'generator']) {
    const unload = async (thresholds: boolean) =>
      (await runArm<Unloaded>('unload', { part, encoder, thresholds })).report
    const found: Unloaded[] = []
    for (let fork = 0; fork < forks; fork++) found.push(await unload(true))
    const without = await unload(false)
    const back = ({ held, left }: Unloaded) => (held - left) / held
    const shares = found.map(back)
    const worst = found.find((each) => back(each) === Math.min(...shares))!
    rows.push({
      what: `private memory of the ${part} returned within 1 s of unloading`,
      goal: `≥ ${100 * goal} %`,
      measured: percent(back(worst)),
      interval: [percent(Math.min(...shares)), percent(Math.max(...shares))],
      met: back(worst) >= goal,
      why: `the least of ${forks} processes: ${mb(worst.left)} of ${mb(worst.held)} left, closing and giving back took ${worst.tookMs.toFixed(0)} ms; without thresholds, trimming alone, ${percent(back(without))} %`,
    })
  }
  return rows
}
