export const generatorDevices = ['cpu', 'metal', 'cuda', 'vulkan'] as const
export type GeneratorDevice = (typeof generatorDevices)[number]

export interface GeneratorOptions {
  /** A GGUF file. */
  modelPath: string
  /** Its SHA-256, 64 hexadecimal digits; another file is not loaded. */
  modelSha256: string
  device: GeneratorDevice
  /** Threads of this generator; 0 leaves it to the library. */
  threads: number
  /** Prompt tokens evaluated at once. */
  batchTokens: number
  /** Prompt and answer together. */
  contextTokens: number
  /** Keep the evaluated prompt and evaluate only what differs in the next one. */
  prefixReuse: boolean
}

export interface Prompt {
  system: string
  user: string
}

export interface GenerateOptions {
  maxTokens: number
  /** The answer ends before this text; nothing ends it early when absent. */
  stop?: string
  /** Rejects with the reason of the signal at once; the generator stays usable. */
  signal?: AbortSignal
  /** Each piece of the answer as soon as it is whole characters. */
  onToken?: (piece: string) => void
}

/** Times start when the call's turn comes: waiting behind other calls is not in them. */
export interface Generation {
  text: string
  promptTokens: number
  /** Prompt tokens that were not evaluated because the evaluation of the last call was kept. */
  reusedTokens: number
  completionTokens: number
  /** To the first token sampled; the total when the model answered nothing. */
  firstTokenMs: number
  totalMs: number
}

/** Read back from the library, not echoed from the options. */
export interface GeneratorInfo {
  device: GeneratorDevice
  /** Layers of the model that live on the device; 0 on the CPU. */
  gpuLayers: number
  threads: number
  batchTokens: number
  contextTokens: number
  prefixReuse: boolean
  modelPath: string
  modelSha256: string
  modelBytes: number
  /** The evaluation state of a full context, as the library accounts for it. */
  contextBytes: number
  /** Opening this generator; the model itself is loaded by the first one only. */
  loadMs: number
}

export interface Generator {
  /**
   * The greedy answer to `prompt`; concurrent calls queue. Throws CONFIG_OUT_OF_RANGE when prompt and answer do not
   * fit the context.
   */
  generate(prompt: Prompt, options: GenerateOptions): Promise<Generation>
  /** Tokens of plain text, for sizing a prompt. */
  countTokens(text: string): number
  /** Tokens of a whole prompt with its chat markers: what `generate` compares with the context. */
  countPromptTokens(prompt: Prompt): number
  info(): GeneratorInfo
  /** Stops what runs, then frees the context, and the model with its last generator. */
  close(): Promise<void>
}
