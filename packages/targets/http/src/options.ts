import { parseTargetOptions, responsePathsSchema, stageMapSchema } from '@tenfold/contracts/schemas'
import { z } from 'zod'
import { placeholdersIn, variables } from './template.ts'

const known = variables.map((name) => `{{${name}}}`).join(', ')

const bodySchema = z
  .json()
  .refine((body) => placeholdersIn(body).includes('text'), 'JSON with "{{text}}" in it, or every question is the same')
  .refine(
    (body) => placeholdersIn(body).every((name) => (variables as readonly string[]).includes(name)),
    `JSON with no placeholders but ${known}`,
  )

const optionsSchema = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' }),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH']).default('POST'),
  headers: z.record(z.string(), z.string()).default({}),
  /** JSON sent, or for GET the query parameters. Placeholders that are a whole string keep their type. */
  body: bodySchema.default({
    question: '{{text}}',
    k: '{{k}}',
    answerTokens: '{{answerTokens}}',
  }),
  response: responsePathsSchema.default({}),
  /** `auto` goes by the content type of the answer. */
  stream: z.enum(['auto', 'none', 'sse', 'ndjson']).default('auto'),
  /** For a whole query, to the last byte. */
  timeoutMs: z.number().positive().max(2_147_483_647).default(30_000),
  /** Process whose memory and CPU time is read; Linux only. */
  pid: z.int().positive().optional(),
  /** Metric names of Server-Timing → stages. */
  stages: stageMapSchema.optional(),
  otlp: z
    .strictObject({
      /** 0 takes a free port; `otlpEndpoint` of the open target tells it. */
      port: z.int().min(0).max(65_535).default(0),
      /** Longest wait for the spans of a query. Above 0 is for profiling, not for timing: the wait counts. */
      waitMs: z.number().min(0).max(600_000).default(0),
      /** Names of spans → stages. */
      stages: stageMapSchema,
    })
    .optional(),
})
export type HttpOptions = z.infer<typeof optionsSchema>

export const parseOptions = (given: unknown): HttpOptions => parseTargetOptions(optionsSchema, 'target-http', given)
