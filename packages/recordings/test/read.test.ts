import { recordingSchema } from '@tenfold/contracts/schemas'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatNames, readRecording } from '../src/index.ts'
import { evidenceOf, fixture, recordingOf, refusal } from './fixture.ts'

const label = 'before'
const refused = (text: string, options = {}) => refusal(() => readRecording(text, { label, ...options }))

describe('hyperfine', () => {
  const text = fixture('hyperfine-1.20.json')

  it('gives the times of one command in milliseconds and its memory', () => {
    const { metrics, ...rest } = readRecording(text, { label, command: 'sleep 0.005' })
    expect(rest).toEqual({
      schema: 'tenfold.recording/1',
      source: 'hyperfine',
      label,
      createdAt: null,
      machine: null,
      warnings: [],
    })
    const [times] = metrics['wall.ms']!.groups
    expect(times).toHaveLength(12)
    expect(times![0]).toBeCloseTo(9.036076, 9)
    expect(metrics['wall.ms']).toMatchObject({ unit: 'ms', better: 'lower' })
    expect(metrics['memory.peakBytes']!.groups[0]).toHaveLength(12)
  })

  it('chooses by number as well, and asks when there are several', () => {
    expect(readRecording(text, { label, command: 0 })).toEqual(readRecording(text, { label, command: 'true' }))
    expect(refused(text).message).toMatch(/2 commands \(0: true, 1: sleep 0\.005\)/)
    expect(refused(text).hint).toContain('--command 0')
    expect(refused(text, { command: 'sleep' }).message).toMatch(/"sleep" names 0 of the commands/)
  })

  it('reads version 2, by name and with its start', () => {
    const { metrics, createdAt } = readRecording(fixture('hyperfine-2.0.json'), { label, command: 'one second' })
    expect(metrics['wall.ms']!.groups).toEqual([[1000, expect.closeTo(1001, 9)]])
    expect(metrics['memory.peakBytes']!.groups).toEqual([[1048576, 1048576]])
    expect(createdAt).toBe('2026-10-08T09:30:00.000Z')
  })

  it('tells of failed runs', () => {
    const file = JSON.stringify({ results: [{ command: 'x', times: [1, 2], exit_codes: [0, null] }] })
    expect(readRecording(file, { label }).warnings).toEqual(['1 of 2 runs ended with another exit code than 0'])
  })

  it.each([
    [{ schema_version: 3, results: [] }, /schema version 3; this tenfold reads up to version 2/],
    [{ results: [{ command: 'x', mean: 1 }] }, /no single times of "x"/],
    [{ results: [{ command: 'x', times: ['1'] }] }, /results\.0\.times\.0/],
    [{ schema_version: 2, results: [] }, /holds no command/],
    [
      {
        schema_version: 2,
        results: [{ command: 'x', measurements: [{ time_wall_clock: { value: 1, unit: 'hour' } }] }],
      },
      /in "hour"/,
    ],
  ])('refuses %j', (value, message) => {
    const error = refused(JSON.stringify(value))
    expect(error.code).toBe('RECORDING_INVALID')
    expect(error.message).toMatch(message)
  })
})

describe('k6', () => {
  const text = fixture('k6-1.8.ndjson')

  it('gives the times of all requests, and no metric that is 0 throughout', () => {
    const { metrics, createdAt, source } = readRecording(text, { label })
    expect(Object.keys(metrics)).toEqual(['http_req_duration', 'iteration_duration'])
    const [times] = metrics.http_req_duration!.groups
    expect(times).toHaveLength(12)
    expect(times![0]).toBe(7.936214)
    expect(createdAt).toBe('2026-11-21T12:57:14.790Z')
    expect(source).toBe('k6')
  })

  it('leaves failed requests out and says so', () => {
    const failing = text.replace('"expected_response":"true"', '"expected_response":"false"')
    const once = failing.split('\n').findIndex((line) => line.includes('"expected_response":"false"'))
    const lines = text.split('\n')
    const at = lines.findIndex((line) => line.includes('"metric":"http_req_duration","type":"Point"'))
    expect(once).toBeGreaterThan(0)
    lines[at] = lines[at]!.replace('"expected_response":"true"', '"expected_response":"false"')
    const { metrics, warnings } = readRecording(lines.join('\n'), { label })
    expect(metrics.http_req_duration!.groups[0]).toHaveLength(11)
    expect(warnings).toContain('1 failed requests were left out')
  })

  it('drops a last line that was cut, and names a broken one before it', () => {
    const cut = readRecording(text.trimEnd().slice(0, -20), { label })
    expect(cut.warnings).toContain('the last line was cut short and left out')
    const lines = text.split('\n')
    lines[3] = lines[3]!.slice(5)
    expect(refused(lines.join('\n')).message).toMatch(/^line 4 is not JSON/)
    lines[3] = '{"type":"Point"}'
    expect(refused(lines.join('\n')).message).toMatch(/k6 line 4 at metric/)
  })

  it('refuses the summary, with the way to the samples', () => {
    const error = refused(fixture('k6-1.8-summary.json'))
    expect(error.message).toMatch(/summary holds percentiles/)
    expect(error.hint).toContain('--out json=')
  })
})

describe('autocannon', () => {
  it('is recognised and refused: a histogram holds no samples', () => {
    const error = refused(fixture('autocannon-8.0.json'))
    expect(error.message).toBe('autocannon keeps only the percentiles of its 82901 requests, in whole milliseconds')
    expect(error.hint).toContain('tenfold.recording/1')
  })
})

describe('vitest bench', () => {
  it('gives each benchmark its samples', () => {
    const { metrics } = readRecording(fixture('vitest-4.1-reporter.json'), { label })
    expect(Object.keys(metrics)).toEqual(['rank > sort', 'rank > top ten'])
    expect(metrics['rank > sort']!.groups[0]).toHaveLength(12)
  })

  it('refuses the file of --outputJson, which never holds samples', () => {
    const error = refused(fixture('vitest-4.1-output-json.json'))
    expect(error.message).toBe('none of the 2 benchmarks in this vitest file has its samples')
    expect(error.hint).toContain('reporter')
  })

  it('tells which are missing, and refuses two of one name', () => {
    const file = JSON.parse(fixture('vitest-4.1-reporter.json'))
    const [sort, top] = file.files[0].groups[0].benchmarks
    top.samples = []
    expect(readRecording(JSON.stringify(file), { label }).warnings).toEqual(['1 benchmarks have no samples'])
    Object.assign(top, sort)
    expect(refused(JSON.stringify(file)).message).toMatch(/two benchmarks are called "rank > sort"/)
  })
})

describe('evidence', () => {
  const forks = [
    { a: [10, 11], b: [8, 9] },
    { a: [12], b: [7] },
  ]
  const text = JSON.stringify(evidenceOf({ forks }), null, 2)

  it('gives one arm, a group for each fork', () => {
    const b = readRecording(text, { label })
    expect(b.metrics['query.ms']).toEqual({ unit: 'ms', better: 'lower', groups: [[8, 9], [7]] })
    expect(b).toMatchObject({ machine: 'm1', createdAt: '2026-11-21T12:00:00.000Z' })
    expect(readRecording(text, { label, arm: 'a' }).metrics['query.ms']!.groups).toEqual([[10, 11], [12]])
  })

  it('refuses what was altered, and says which version a newer one has', () => {
    expect(refused(text.replace('"seed": 1', '"seed": 2')).code).toBe('EVIDENCE_ALTERED')
    const newer = refused(text.replace('tenfold.evidence/1', 'tenfold.evidence/2'))
    expect([newer.code, newer.message]).toEqual(['EVIDENCE_NEWER', expect.stringContaining('version 2')])
    expect(refused(text.replace('"seed"', '"seeds"')).message).toMatch(/evidence at/)
  })
})

describe('readRecording', () => {
  it('reads what it wrote, under another label', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1 }), {
          minLength: 1,
          maxLength: 5,
        }),
        fc.constantFrom('lower' as const, 'higher' as const),
        (groups, better) => {
          const written = recordingOf([1], { metrics: { x: { unit: 'ms', better, groups } } })
          const text = JSON.stringify(written)
          expect(readRecording(text, { label })).toEqual(JSON.parse(JSON.stringify({ ...written, label })))
        },
      ),
    )
  })

  it('a machine given is taken where the file tells none', () => {
    const here = (machine: string | null) =>
      readRecording(JSON.stringify(recordingOf([1], { machine })), { label, machine: 'here' }).machine
    expect([here(null), here('there')]).toEqual(['here', 'there'])
  })

  it.each([
    ['', /the file is empty/],
    ['hello', /the file is not JSON/],
    ['{"a":1', /the file is not JSON/],
    ['{"a":1}', /no known format fits an object with a$/],
    ['[]', /no known format fits a JSON array/],
    ['null', /no known format fits the JSON value null/],
    ['{"a":1}\n{"b":2}', /fits lines of an object with a/],
    [JSON.stringify({ ...recordingOf([1]), schema: 'tenfold.recording/2' }), /version 2; this tenfold reads version 1/],
    [JSON.stringify(recordingOf([1, -1])), /a sample of wall\.ms is -1/],
    [JSON.stringify(recordingOf([])), /wall\.ms has a group without samples/],
    [JSON.stringify({ ...recordingOf([1]), extra: 1 }), /recording at/],
  ])('refuses %j', (text, message) => {
    const error = refused(text)
    expect([error.code, error.exitCode]).toEqual(['RECORDING_INVALID', 2])
    expect(error.message).toMatch(message)
    expect(error.hint).not.toBe('')
  })

  it('a format that was asked for must be the one that is there', () => {
    const text = JSON.stringify(recordingOf([1]))
    expect(readRecording(text, { label, format: 'recording' }).label).toBe(label)
    expect(refused(text, { format: 'k6' }).message).toBe('this is not a file of k6 but of recording')
  })

  it('no text leads to anything but a recording or a refusal', () => {
    const names = ['hyperfine-1.20.json', 'k6-1.8.ndjson', 'vitest-4.1-reporter.json', 'autocannon-8.0.json']
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(40),
        (name, at, cut) => {
          const text = fixture(name)
          const position = Math.floor(at * text.length)
          const broken = text.slice(0, position) + text.slice(position + cut)
          try {
            recordingSchema.parse(readRecording(broken, { label, command: 0 }))
          } catch (error) {
            expect(error).toMatchObject({ code: 'RECORDING_INVALID', hint: expect.stringMatching(/./) })
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('knows six formats', () => {
    expect(formatNames).toEqual(['evidence', 'recording', 'hyperfine', 'autocannon', 'k6', 'vitest'])
  })
})
