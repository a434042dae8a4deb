import { messageOf } from '@tenfold/contracts'
import { openEncoder } from '@tenfold/encoder'
import { openGenerator } from '@tenfold/inference'
import { ensureModel } from '@tenfold/models'
import type { ProbeReply } from './probe.ts'

const texts = [
  '',
  'a',
  'vector search',
  'Wie schnell ist das?',
  'これはテストです',
  'A longer sentence with numbers 12.5 and punctuation; twice.'.repeat(4),
]

async function probeEncoder(device: 'coreml' | 'webgpu' | 'cuda' | 'dml'): Promise<ProbeReply> {
  const options = {
    precision: 'fp32',
    threads: 0,
    workers: 0,
    arena: true,
    weights: 'copy',
    batch: { maxTexts: 8, tokenBudget: 0 },
  } as const
  const cpu = await openEncoder({ ...options, device: 'cpu' })
  const start = performance.now()
  const other = await openEncoder({ ...options, device })
  const loadMs = performance.now() - start
  const [a, b] = [await cpu.embed(texts), await other.embed(texts)]
  const cosines = texts.map((_, row) => {
    let dot = 0
    for (let i = row * cpu.dims; i < (row + 1) * cpu.dims; i++) dot += a[i]! * b[i]!
    return dot
  })
  const { device: actual, refusal } = other.info()
  if (refusal) throw new Error(refusal)
  return { actual, parity: Math.min(...cosines), loadMs }
}

async function probeGenerator(device: 'metal' | 'cuda' | 'vulkan'): Promise<ProbeReply> {
  const { files, sha256 } = await ensureModel('SmolLM2-135M-Instruct-Q4_1')
  const [name] = Object.keys(files) as [string]
  const options = {
    modelPath: files[name]!,
    modelSha256: sha256[name]!,
    threads: 0,
    batchTokens: 512,
    contextTokens: 512,
    prefixReuse: false,
  }
  const prompt = { system: 'Answer briefly.', user: 'What is a vector index for?' }
  const cpu = await openGenerator({ ...options, device: 'cpu' })
  const start = performance.now()
  const other = await openGenerator({ ...options, device })
  const loadMs = performance.now() - start
  const [a, b] = [await cpu.generate(prompt, { maxTokens: 16 }), await other.generate(prompt, { maxTokens: 16 })]
  return { actual: other.info().device, parity: a.text === b.text ? 1 : 0, loadMs }
}

const [role, device] = process.argv.slice(2)
const probing = role === 'encoder' ? probeEncoder(device as 'webgpu') : probeGenerator(device as 'vulkan')
const said: ProbeReply | { failed: string } = await probing.catch((error: unknown) => ({ failed: messageOf(error) }))
process.stdout.write(`${JSON.stringify(said)}\n`, () => process.exit(0))
