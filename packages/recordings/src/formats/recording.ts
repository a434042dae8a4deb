import { recordingSchema } from '@tenfold/contracts/schemas'
import { invalid, parseAs } from '../refusal.ts'
import { type Format, has } from './format.ts'

const schemaOf = (value: unknown) => (has(value, 'schema') ? String((value as { schema: unknown }).schema) : '')

/** Our own file: what `tenfold import` wrote, or a script. */
export const recording: Format = {
  fits: (value) => schemaOf(value).startsWith('tenfold.recording/'),

  read(value) {
    const version = /^tenfold\.recording\/(\d+)$/.exec(schemaOf(value))?.[1]
    if (Number(version) > 1)
      throw invalid(
        `this recording has version ${version}; this tenfold reads version 1`,
        'read it with a newer tenfold',
      )
    const wayOut = 'see schemas/recording.schema.json for what a recording holds'
    const { schema: _, label: __, ...content } = parseAs(recordingSchema, value, 'recording', wayOut)
    return content
  },
}
