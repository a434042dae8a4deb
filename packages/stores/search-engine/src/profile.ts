interface Clause {
  type: string
  description: string
  time_in_nanos: number
  breakdown: Record<string, number>
  children?: Clause[]
}

interface ProfiledSearch {
  query: Clause[]
  rewrite_time: number
  collector?: { name: string; time_in_nanos: number }[]
}

interface ProfiledShard {
  searches: ProfiledSearch[]
  dfs?: { knn?: ProfiledSearch[] }
  fetch?: { time_in_nanos: number }
}

const shownSteps = 5
const shownLetters = 100

/**
 * The steps of a profiled search that took longest, slowest first, all shards together. A clause counts without the clauses inside it;
 * a vector is looked up while its query is rewritten, so that time is a step of its own.
 */
export function costliest(profile: { shards: ProfiledShard[] }): string[] {
  const nanos = new Map<string, number>()
  const add = (step: string, time: number | undefined) => nanos.set(step, (nanos.get(step) ?? 0) + (time ?? 0))
  const walk = ({ type, description, time_in_nanos, children = [], breakdown }: Clause) => {
    add(
      `${type} ${short(description)}, mostly ${most(breakdown)}`,
      time_in_nanos - sum(children.map((child) => child.time_in_nanos)),
    )
    children.forEach(walk)
  }
  for (const { searches, dfs, fetch } of profile.shards) {
    for (const { query, rewrite_time, collector = [] } of [...searches, ...(dfs?.knn ?? [])]) {
      query.forEach(walk)
      add('rewrite', rewrite_time)
      for (const { name, time_in_nanos } of collector) add(`collect by ${name}`, time_in_nanos)
    }
    add('fetch', fetch?.time_in_nanos)
  }
  return [...nanos]
    .filter(([, time]) => time > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, shownSteps)
    .map(([step, time]) => `${(time / 1e6).toFixed(2)} ms: ${step}`)
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
const short = (text: string) => (text.length > shownLetters ? `${text.slice(0, shownLetters)} …` : text)
const most = (breakdown: Record<string, number>) =>
  Object.entries(breakdown).reduce(
    (best, each) => (each[0].endsWith('_count') || each[1] <= best[1] ? best : each),
    ['nothing', 0],
  )[0]
