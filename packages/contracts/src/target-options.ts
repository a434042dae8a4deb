import { z } from 'zod'
import { PipelineError } from './errors.ts'
import { stageNames } from './stages.ts'

/** What a system calls its stages → the stage it is. A known stage name means itself when it is not listed. */
export const stageMapSchema = z.record(z.string(), z.enum(stageNames, `one of the stages ${stageNames.join(', ')}`))
export type StageMap = z.infer<typeof stageMapSchema>

/** Options of a target as its schema says. Throws CONFIG_OUT_OF_RANGE with the key, what it was, and what it takes. */
export function parseTargetOptions<T extends z.ZodType>(schema: T, target: string, given: unknown): z.output<T> {
  const parsed = schema.safeParse(given ?? {})
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0]! : undefined
  const path = unknown === undefined ? issue.path : [...issue.path, unknown]
  const value = path.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown>)?.[key], given)
  const key = path.join('.') || 'options'
  throw new PipelineError(
    'CONFIG_OUT_OF_RANGE',
    `${target}: ${key} is ${value === undefined ? 'missing' : JSON.stringify(value)}`,
    unknown === undefined ? `${key} takes: ${issue.message}` : `leave ${key} out; ${knownKeys(schema, issue.path)}`,
    { cause: parsed.error },
  )
}

function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string {
  const shape = path.length === 0 && schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  return shape.length > 0 ? `known are ${shape.join(', ')}` : 'the README of the package lists the options'
}
