import type { MemoryMap } from '@tenfold/contracts'
import type { Bottleneck } from './bottlenecks.ts'
import type { FunctionCost } from './functions.ts'
import type { HeapOwner } from './heap.ts'
import { type StageTimes, shares } from './stages.ts'

export interface Analysis {
  ask: StageTimes
  answer: StageTimes
  functions: FunctionCost[]
  heap: HeapOwner[]
  owners: MemoryMap | null
  bottlenecks: Bottleneck[]
}

const table = (head: string[], rows: (string | number)[][]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

const stageTable = (times: StageTimes) =>
  table(
    ['stage', 'ms', 'share'],
    Object.entries(shares(times))
      .sort((a, b) => b[1].ms - a[1].ms)
      .map(([stage, { ms, share }]) => [stage, ms.toFixed(2), `${(100 * share).toFixed(1)} %`]),
  )

/** reports/performance_analysis.md (S1-20). */
export function analysis({ ask, answer, functions, heap, owners, bottlenecks }: Analysis): string {
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(2)
  const sections = [
    '# Performance analysis',
    'Measured on the unchanged system, warm, past every cache. Gains are bounds: what the whole would save were the stage free.',
    '## The five largest bottlenecks',
    table(
      ['#', 'stage', 'of', 'ms', 'at most', 'cause', 'knobs that reach it'],
      bottlenecks.map((row, i) => [
        i + 1,
        row.stage,
        row.of,
        row.ms.toFixed(2),
        `−${row.largestGainPercent.toFixed(0)} %`,
        row.cause,
        row.knobs.join(', '),
      ]),
    ),
    `## Stages of a question (${ask.requests} questions, mean ${ask.totalMs.toFixed(2)} ms)`,
    stageTable(ask),
    `## Stages of an answer (${answer.requests} answers, mean ${answer.totalMs.toFixed(0)} ms)`,
    stageTable(answer),
    '## Memory by owner',
    owners
      ? table(
          ['owner', 'MiB'],
          Object.entries(owners).map(([owner, bytes]) => [owner, mib(bytes)]),
        )
      : 'Not available: the target keeps no memory map.',
    '## JavaScript heap still alive after the questions',
    table(
      ['function', 'place', 'MiB'],
      heap.map((row) => [`\`${row.function}\``, row.place, mib(row.bytes)]),
    ),
    `## CPU: top ${functions.length} functions by cumulative time`,
    table(
      ['function', 'place', 'total ms', 'self ms'],
      functions.map((row) => [`\`${row.function}\``, row.place, row.totalMs.toFixed(1), row.selfMs.toFixed(1)]),
    ),
  ]
  return `${sections.join('\n\n')}\n`
}
