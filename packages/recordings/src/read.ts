import type { Recording } from '@tenfold/contracts'
import { recordingSchema } from '@tenfold/contracts/schemas'
import { autocannon } from './formats/autocannon.ts'
import { evidence } from './formats/evidence.ts'
import { type Choice, type Format, Lines } from './formats/format.ts'
import { hyperfine } from './formats/hyperfine.ts'
import { k6 } from './formats/k6.ts'
import { recording } from './formats/recording.ts'
import { vitest } from './formats/vitest.ts'
import { invalid, parseAs } from './refusal.ts'

const formats = { evidence, recording, hyperfine, autocannon, k6, vitest } satisfies Record<string, Format>
export type FormatName = keyof typeof formats
export const formatNames = Object.keys(formats) as [FormatName, ...FormatName[]]

export interface ReadOptions extends Choice {
  /** How the recording is called where it is shown. */
  label: string
  /** Found from the content when absent. */
  format?: FormatName
  /** Fingerprint of the machine it was measured on, where the file does not tell. */
  machine?: string
}

const wayOut = `read a file of one of these: ${formatNames.join(', ')}`

/**
 * Measurements that another tool wrote, or one system of an evidence file. Files that hold only percentiles are refused, as nothing
 * can be said of them. Throws RECORDING_INVALID, and for evidence EVIDENCE_NEWER or EVIDENCE_ALTERED.
 */
export function readRecording(text: string, { label, format, machine, ...choice }: ReadOptions): Recording {
  const value = parseText(text)
  const fitting = formatNames.find((name) => formats[name].fits(value))
  if (fitting === undefined) throw invalid(`no known format fits ${describe(value)}`, wayOut)
  if (format !== undefined && format !== fitting)
    throw invalid(`this is not a file of ${format} but of ${fitting}`, `leave the format out, or say ${fitting}`)
  const content = formats[fitting].read(value, choice)
  const read = { schema: 'tenfold.recording/1', label, ...content, machine: content.machine ?? machine ?? null }
  const checked = parseAs(recordingSchema, read, `${fitting} file`, wayOut)
  for (const [metric, { groups }] of Object.entries(checked.metrics)) checkSamples(metric, groups)
  return checked
}

function checkSamples(metric: string, groups: readonly (readonly number[])[]): void {
  if (groups.length === 0 || groups.some(({ length }) => length === 0))
    throw invalid(`${metric} has a group without samples`, 'measure it again')
  const strange = groups.flat().find((sample) => sample < 0)
  if (strange !== undefined) throw invalid(`a sample of ${metric} is ${strange}`, 'measure it again')
}

/** The whole text as JSON, or each line of it. */
function parseText(text: string): unknown {
  const content = text.replace(/^\uFEFF/, '').trim()
  if (content === '') throw invalid('the file is empty', wayOut)
  try {
    return JSON.parse(content)
  } catch (cause) {
    return parseLines(content.split('\n'), cause)
  }
}

function parseLines(lines: readonly string[], wholeFailed: unknown): Lines {
  const values: unknown[] = []
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue
    try {
      values.push(JSON.parse(line))
    } catch (cause) {
      if (i === 0) throw invalid(`the file is not JSON: ${wholeFailed}`, wayOut, wholeFailed)
      if (i === lines.length - 1) return new Lines(values, true)
      throw invalid(`line ${i + 1} is not JSON: ${cause}`, wayOut, cause)
    }
  }
  return new Lines(values, false)
}

function describe(value: unknown): string {
  if (value instanceof Lines) return `lines of ${describe(value.values[0])}`
  if (value === null || typeof value !== 'object') return `the JSON value ${JSON.stringify(value)?.slice(0, 40)}`
  const keys = Object.keys(value).slice(0, 6)
  return Array.isArray(value) ? 'a JSON array' : `an object with ${keys.length > 0 ? keys.join(', ') : 'no keys'}`
}
