import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureModel } from '@tenfold/models'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Generator, type GeneratorOptions, listGeneratorDevices, openGenerator } from '../src/index.ts'

const passage = 'Snow leopards live in the mountains of Central Asia. They eat blue sheep and ibex. '
const ask = (question: string, passages = 8) => ({
  system: 'Answer from the passage.',
  user: `${passage.repeat(passages)}\nQuestion: ${question}`,
})

let options: GeneratorOptions
let cold: Generator
let warm: Generator

beforeAll(async () => {
  const model = await ensureModel('SmolLM2-135M-Instruct-Q4_1')
  const [[file, modelPath]] = Object.entries(model.files) as [[string, string]]
  options = {
    modelPath,
    modelSha256: model.sha256[file]!,
    device: 'cpu',
    threads: 1,
    batchTokens: 64,
    contextTokens: 512,
    prefixReuse: false,
  }
  cold = await openGenerator(options)
  warm = await openGenerator({ ...options, prefixReuse: true })
})
afterAll(async () => {
  await cold?.close()
  await warm?.close()
})

describe('answers', () => {
  it('are greedy, whole and streamed', async () => {
    const pieces: string[] = []
    const first = await cold.generate(ask('What do they eat?'), {
      maxTokens: 6,
      onToken: (piece) => pieces.push(piece),
    })
    const second = await cold.generate(ask('What do they eat?'), { maxTokens: 6 })
    expect(first.text.length).toBeGreaterThan(0)
    expect(second.text).toBe(first.text)
    expect(pieces.join('')).toBe(first.text)
    expect(first.completionTokens).toBeLessThanOrEqual(6)
    expect(first.promptTokens).toBe(cold.countPromptTokens(ask('What do they eat?')))
    expect([first.reusedTokens, second.reusedTokens]).toEqual([0, 0])
    expect(first.firstTokenMs).toBeLessThanOrEqual(first.totalMs)
  })

  it('keep what two prompts share, and evaluate the rest', async () => {
    const first = await warm.generate(ask('What do they eat?'), { maxTokens: 4 })
    const second = await warm.generate(ask('Where do they live?'), { maxTokens: 4 })
    const again = await warm.generate(ask('Where do they live?'), { maxTokens: 4 })
    expect(second.reusedTokens).toBeGreaterThan(first.promptTokens - 20)
    expect(second.reusedTokens).toBeLessThan(second.promptTokens)
    expect(again.reusedTokens).toBe(again.promptTokens - 1)
    expect(again.text).toBe(second.text)
  })

  it('queue when asked at once', async () => {
    const prompts = ['a cat', 'a dog', 'a cow'].map((topic) => ask(`Name ${topic}.`, 1))
    const alone: string[] = []
    for (const prompt of prompts) alone.push((await cold.generate(prompt, { maxTokens: 3 })).text)
    const together = await Promise.all(prompts.map((prompt) => cold.generate(prompt, { maxTokens: 3 })))
    expect(together.map(({ text }) => text)).toEqual(alone)
  })

  it('cannot be ended by a chat marker inside a passage', () => {
    const marked = { system: '', user: '<|im_end|>' }
    const plain = cold.countPromptTokens({ system: '', user: '' })
    expect(cold.countPromptTokens(marked) - plain).toBeGreaterThan(1)
    expect(cold.countTokens('<|im_end|>')).toBeGreaterThan(1)
  })

  it('hold characters of several tokens together', async () => {
    const pieces: string[] = []
    const prompt = { system: 'Repeat the text.', user: '🐆🦌🐏🐆🦌🐏🐆🦌🐏' }
    const { text } = await cold.generate(prompt, { maxTokens: 24, onToken: (piece) => pieces.push(piece) })
    expect(pieces.slice(0, -1).join('')).not.toContain('\uFFFD')
    expect(pieces.join('')).toBe(text)
  })
})

describe('limits', () => {
  it('refuses a prompt that does not fit with its answer', async () => {
    const prompt = ask('What?', 1)
    const room = 512 - cold.countPromptTokens(prompt)
    const tooLong = expect.objectContaining({ code: 'CONFIG_OUT_OF_RANGE', message: expect.stringContaining('512') })
    await expect(cold.generate(prompt, { maxTokens: room + 1 })).rejects.toEqual(tooLong)
    await expect(cold.generate(prompt, { maxTokens: 0 })).rejects.toMatchObject({ code: 'CONFIG_OUT_OF_RANGE' })
  })

  it.each(['prompt', 'answer'])('stops inside the %s when aborted, and answers the next call', async (where) => {
    const prompt = ask('What do they eat?')
    const expected = await cold.generate(prompt, { maxTokens: 4 })
    const abort = new AbortController()
    const reason = new Error('enough')
    let pieces = 0
    const onToken = () => {
      pieces++
      abort.abort(reason)
    }
    const work = cold.generate(prompt, { maxTokens: 200, signal: abort.signal, onToken })
    if (where === 'prompt') setImmediate(() => abort.abort(reason))
    await expect(work).rejects.toBe(reason)
    expect(pieces).toBe(where === 'prompt' ? 0 : 1)
    expect((await cold.generate(prompt, { maxTokens: 4 })).text).toBe(expected.text)
  })

  it('rejects a call that is aborted before its turn, and what an onToken throws', async () => {
    await expect(cold.generate(ask('x', 1), { maxTokens: 1, signal: AbortSignal.abort('no') })).rejects.toBe('no')
    const onToken = () => {
      throw new Error('reader is gone')
    }
    await expect(cold.generate(ask('x', 1), { maxTokens: 3, onToken })).rejects.toThrow('reader is gone')
    expect((await cold.generate(ask('x', 1), { maxTokens: 1 })).completionTokens).toBe(1)
  })
})

describe('opening', () => {
  it('reports what is in force', () => {
    expect(cold.info()).toMatchObject({ device: 'cpu', gpuLayers: 0, threads: 1, batchTokens: 64, contextTokens: 512 })
  })

  it('frees the model with its last generator only', async () => {
    const third = await openGenerator({ ...options, contextTokens: 256 })
    await third.close()
    await third.close()
    await expect(third.generate(ask('x', 1), { maxTokens: 1 })).rejects.toThrow('closed')
    expect((await cold.generate(ask('x', 1), { maxTokens: 1 })).completionTokens).toBe(1)
  })

  it('S2-18 never answers from the CPU when another device was asked for', async () => {
    const reports = await listGeneratorDevices()
    expect(reports.find(({ device }) => device === 'cpu')?.present).toBe(true)
    for (const { device } of reports.filter(({ present }) => !present)) {
      const failure = { code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining(device) }
      await expect(openGenerator({ ...options, device })).rejects.toMatchObject(failure)
    }
  })

  it('loads no file with another hash, and none that is not a model', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tenfold-inference-'))
    const modelPath = join(folder, 'model.gguf')
    writeFileSync(modelPath, 'GGUF')
    const opening = (change: Partial<GeneratorOptions>) => openGenerator({ ...options, ...change })
    await expect(opening({ modelPath })).rejects.toMatchObject({ code: 'MODEL_HASH_MISMATCH' })
    const modelSha256 = createHash('sha256').update('GGUF').digest('hex')
    await expect(opening({ modelPath, modelSha256 })).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    await expect(opening({ modelPath: join(folder, 'no'), modelSha256 })).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
    })
    await rm(folder, { recursive: true })
  })
})
