import { PipelineError } from '@tenfold/contracts'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { explain, formatMetric, formatVerdict, openReporter } from '../src/index.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

function open({ isTTY }: { isTTY: boolean }) {
  const written: string[] = []
  let clock = 0
  const stream = { isTTY, columns: 40, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream
  return { written, reporter: openReporter('speed', stream, () => clock), wait: (ms: number) => (clock += ms) }
}

describe('reporter', () => {
  it('without a terminal: whole lines, and a heartbeat every five seconds', () => {
    const { written, reporter, wait } = open({ isTTY: false })
    reporter.line('begins')
    reporter.status('too early')
    wait(5000)
    reporter.status('trial 1')
    wait(4999)
    reporter.status('still too early')
    reporter.end()
    expect(written).toEqual(['speed    begins\n', 'speed    … trial 1\n'])
  })

  it('on a terminal: one line redrawn, cut to its width, wiped before a line that stays', () => {
    vi.stubEnv('CI', '')
    vi.stubEnv('TURBO_HASH', '')
    const { written, reporter } = open({ isTTY: true })
    reporter.status('x'.repeat(100))
    reporter.status('next')
    reporter.line('done')
    reporter.end()
    expect(written[0]).toHaveLength(39)
    expect(written.join('').split('\r\x1b[2K')).toEqual([written[0], 'speed    next', 'speed    done\n'])
  })

  it.each(['CI', 'TURBO_HASH'])('a terminal under %s is written to in whole lines', (name) => {
    vi.stubEnv('CI', '')
    vi.stubEnv('TURBO_HASH', '')
    vi.stubEnv(name, '1')
    const { written, reporter, wait } = open({ isTTY: true })
    wait(6000)
    reporter.status('trial 1')
    expect(written).toEqual(['speed    … trial 1\n'])
  })
})

describe('words for people', () => {
  it('values come in the unit a person reads', () => {
    expect([
      formatMetric('query.ms', 1.23456),
      formatMetric('answer.totalMs', 1234),
      formatMetric('memory.peakPrivateBytes', 3 * 2 ** 20),
      formatMetric('ingest.docsPerSecond', 12.345),
      formatMetric('quality.ndcgAt10', 0.81234),
    ]).toEqual(['1.23 ms', '1.23 s', '3.0 MiB', '12.3/s', '0.812'])
  })

  it('a verdict carries ratio, interval and forks', () => {
    const line = formatVerdict({
      role: 'candidate',
      metric: 'query.ms',
      change: {},
      verdict: 'faster',
      ratio: 0.8,
      interval: [0.75, null],
      forks: 7,
      beforeP50: 2,
      afterP50: 1.6,
      protocol: { aggregate: 'min', isolation: 'one-process', alpha: 0.05, delta: 0.02, maxForks: 12 },
      split: 'check',
      samples: 's',
    })
    expect(line).toBe('query.ms 2.00 ms → 1.60 ms: faster, ×0.800 [0.750, ?], 7 forks')
  })

  it('an error shows code, message and the way out', () => {
    expect(explain(new PipelineError('DATA_EMPTY', 'no document', 'add one'))).toMatch(
      /^DATA_EMPTY: no document\n +→ add one$/,
    )
    expect(explain(new Error('bug'))).toContain('reporter.test.ts')
    expect(explain('text')).toBe('text')
  })
})
