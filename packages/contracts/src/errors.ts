/** Every way a command can end. Stable: scripts and CI depend on these numbers. */
export const exitCodes = {
  pass: 0,
  gateFailed: 1,
  usage: 2,
  environment: 3,
  inconclusive: 4,
  incomparable: 5,
  interrupted: 130,
} as const

/** Error codes and the exit code each leads to. */
export const errorExitCodes = {
  CONFIG_UNKNOWN_KEY: exitCodes.usage,
  CONFIG_OUT_OF_RANGE: exitCodes.usage,
  CONFIG_UNREADABLE: exitCodes.usage,
  DATA_UNREADABLE: exitCodes.usage,
  DATA_EMPTY: exitCodes.usage,
  HANDOFF_MISSING: exitCodes.usage,
  HANDOFF_STALE: exitCodes.usage,
  HANDOFF_INVALID: exitCodes.usage,
  INDEX_MISSING: exitCodes.usage,
  INDEX_MISMATCH: exitCodes.usage,
  STORE_FULL: exitCodes.environment,
  EVIDENCE_ALTERED: exitCodes.gateFailed,
  EVIDENCE_INVALID: exitCodes.usage,
  EVIDENCE_NEWER: exitCodes.usage,
  BUDGET_INVALID: exitCodes.usage,
  RECORDING_INVALID: exitCodes.usage,
  BASELINE_MISSING: exitCodes.incomparable,
  BASELINE_FOREIGN: exitCodes.incomparable,
  INCOMPARABLE: exitCodes.incomparable,
  SAMPLES_INVALID: exitCodes.environment,
  MODEL_UNAVAILABLE: exitCodes.environment,
  MODEL_HASH_MISMATCH: exitCodes.environment,
  ENGINE_UNAVAILABLE: exitCodes.environment,
  TARGET_FAILED: exitCodes.environment,
  INTERRUPTED: exitCodes.interrupted,
} as const

export type ErrorCode = keyof typeof errorExitCodes

/** An error a person can act on: what happened (with the offending value) and the way out. */
export class PipelineError extends Error {
  readonly code: ErrorCode
  readonly hint: string

  constructor(code: ErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'PipelineError'
    this.code = code
    this.hint = hint
  }

  get exitCode(): number {
    return errorExitCodes[this.code]
  }
}

/** `error` as something printable, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
