import { z } from 'zod'
import { stepsOf } from './response.ts'

const pathSchema = z
  .string('a path such as results[].id')
  .refine((path) => stepsOf(path) !== undefined, 'a path such as results[].id or choices[0].delta.content')
  .optional()

/** Where the parts of an answer stand in the JSON of a system. Null: the system does not give this part. */
export const responsePathsSchema = z.strictObject({
  ids: pathSchema.nullable(),
  passages: z.strictObject({ docId: pathSchema, text: pathSchema, title: pathSchema, score: pathSchema }).optional(),
  answer: pathSchema.nullable(),
  /** The piece of text in one event of a stream. */
  token: pathSchema,
  usage: pathSchema,
  cacheHit: pathSchema,
})
export type ResponsePaths = z.infer<typeof responsePathsSchema>
