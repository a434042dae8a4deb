import { parseTargetOptions, responsePathsSchema, stageMapSchema } from '@tenfold/contracts/schemas'
import { z } from 'zod'

const wordsOf = (command: string | string[]) => [command].flat()

const optionsSchema = z
  .strictObject({
    /** A list is started as it is; a text goes through the shell. */
    command: z.union(
      [z.string().min(1), z.array(z.string()).min(1)],
      'a command line, or a list of program and arguments',
    ),
    mode: z.enum(['lines', 'per-query']),
    cwd: z.string().optional(),
    /** Added to the environment of this process. */
    env: z.record(z.string(), z.string()).default({}),
    /** For a whole query. */
    timeoutMs: z.number().positive().max(2_147_483_647).default(30_000),
    response: responsePathsSchema.default({}),
    /** Names in stage lines → stages. Given, even empty: the command reports stages. */
    stages: stageMapSchema.optional(),
  })
  .refine(({ command, mode }) => mode === 'per-query' || !wordsOf(command).some((word) => word.includes('{{')), {
    path: ['command'],
    error: 'no {{…}} in mode lines: questions come on standard input',
  })
  .refine(({ command }) => typeof command !== 'string' || !command.includes('{{'), {
    path: ['command'],
    error: 'a list of program and arguments where it holds {{…}}: a shell would read the question as commands',
  })
export type CommandOptions = z.infer<typeof optionsSchema>

export const parseOptions = (given: unknown): CommandOptions =>
  parseTargetOptions(optionsSchema, 'target-command', given)
