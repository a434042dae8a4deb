import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureModel } from '@tenfold/models'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { bertModels, type EncoderOptions, openEncoder } from '../src/index.ts'
import { readTokenizer } from '../src/read-tokenizer.ts'
import { openTokenizer, type TextTokenizer } from '../src/tokenizer.ts'
import { writeModel } from '../src/write-model.ts'
import { dot, plain } from './fixture.ts'
import { cls, modelFolder, randomSafetensors, shape, withConfig } from './random-bert.ts'
import { referenceEncoder } from './reference.ts'

let tokenizerFile: string
let tokenizer: TextTokenizer
let env: Record<string, string | undefined>
beforeAll(async () => {
  tokenizerFile = (await ensureModel('all-MiniLM-L6-v2')).files['tokenizer.json']!
  tokenizer = await openTokenizer(await readTokenizer(tokenizerFile), 128)
  env = { TENFOLD_CACHE: mkdtempSync(join(tmpdir(), 'tenfold-own-')) }
})

const folderWith = (files: Parameters<typeof modelFolder>[1] = {}) => {
  const folder = modelFolder(tokenizerFile, files)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
const open = async (options: Partial<EncoderOptions>) => {
  const encoder = await openEncoder({ ...plain, ...options }, { env })
  onTestFinished(encoder.close)
  return encoder
}
const texts = [
  'hello world',
  'A longer text must not leak into a padded one, nor the other way round.',
  '',
  '日本 и мир',
]
const worst = (slab: Float32Array, expected: Float64Array[]) =>
  Math.max(...expected.flatMap((row, i) => [...row].map((value, j) => Math.abs(value - slab[i * shape.hidden + j]!))))
const expectedOf = (folder: string, pooling: 'mean' | 'cls', prefix = '') => {
  const reference = referenceEncoder(join(folder, 'model.safetensors'), { ...shape, pooling })
  return texts.map((text) => reference(tokenizer.encode(prefix + text)))
}

describe('a folder of the user', () => {
  it.each([
    ['mean', 'copy', {}],
    ['cls', 'copy', cls],
    ['cls', 'mmap', cls],
  ] as const)('with %s pooling and weights %s equals a plain forward pass', async (pooling, weights, files) => {
    const folder = folderWith(files)
    const encoder = await open({ model: { folder }, weights })
    expect(encoder.dims).toBe(shape.hidden)
    expect(worst(await encoder.embed(texts), expectedOf(folder, pooling))).toBeLessThan(1e-4)
  })

  it('puts the prefix of the role before a text, that of the lane unless told', async () => {
    const prompts = { prompts: { query: 'query: ', document: 'passage: ' } }
    const folder = folderWith({ 'config_sentence_transformers.json': prompts })
    const encoder = await open({ model: { folder } })
    const [query, passage] = [expectedOf(folder, 'mean', 'query: '), expectedOf(folder, 'mean', 'passage: ')]
    expect(worst(await encoder.embed(texts), passage)).toBeLessThan(1e-4)
    expect(worst(await encoder.embed(texts, { lane: 'query' }), query)).toBeLessThan(1e-4)
    expect(worst(await encoder.embed([texts[0]!], { lane: 'query' }), query.slice(0, 1))).toBeLessThan(1e-4)
    expect(worst(await encoder.embed(texts, { role: 'query' }), query)).toBeLessThan(1e-4)
  })

  it('takes what is said over what the files say, as the description of a known model', async () => {
    const folder = folderWith()
    const { pooling, prefix } = bertModels['bge-small-en-v1.5']
    const encoder = await open({ model: { folder, pooling, prefix } })
    const expected = expectedOf(folder, 'cls', 'Represent this sentence for searching relevant passages: ')
    expect(worst(await encoder.embed(texts, { lane: 'query' }), expected)).toBeLessThan(1e-4)
  })

  it('reads names with the class before them, and the longest text', async () => {
    const files = { 'model.safetensors': randomSafetensors(1, 'bert.') }
    const folder = folderWith({ ...files, 'sentence_bert_config.json': { max_seq_length: 16 } })
    const encoder = await open({ model: { folder } })
    expect(encoder.tokenLengths(['word '.repeat(100)])).toEqual([16])
    expect(worst(await encoder.embed(['hello world']), expectedOf(folderWith(), 'mean').slice(0, 1))).toBeLessThan(1e-4)
  })

  it('that was replaced gives the vectors of the new weights', async () => {
    const folder = folderWith()
    const before = await open({ model: { folder } })
    writeFileSync(join(folder, 'model.safetensors'), randomSafetensors(2))
    const after = await open({ model: { folder } })
    expect(after.modelSha256).not.toBe(before.modelSha256)
    expect(worst(await after.embed(texts), expectedOf(folder, 'mean'))).toBeLessThan(1e-4)
    expect(worst(await before.embed(texts), expectedOf(folder, 'mean'))).toBeGreaterThan(1e-2)
  })

  it.each([
    ['no weights', { 'model.safetensors': null }, 'model.safetensors'],
    ['no configuration', { 'config.json': null }, 'config.json'],
    ['another architecture', withConfig({ model_type: 'roberta' }), 'roberta'],
    ['another activation', withConfig({ hidden_act: 'relu' }), 'relu'],
    ['no number of layers', withConfig({ num_hidden_layers: undefined }), 'num_hidden_layers'],
    ['more layers than weights', withConfig({ num_hidden_layers: 3 }), 'encoder.layer.2'],
    ['more positions than weights', withConfig({ max_position_embeddings: 512 }), 'position_embeddings'],
    ['another pooling', { '1_Pooling/config.json': { pooling_mode_max_tokens: true } }, 'pooling_mode_max_tokens'],
    ['no JSON', { 'config.json': Buffer.from('{') }, 'config.json'],
    ['an empty file of weights', { 'model.safetensors': Buffer.alloc(0) }, 'ends at byte 0'],
    ['a header longer than the file', { 'model.safetensors': Buffer.alloc(64, 0x7f) }, 'ends at byte 64'],
  ])('with %s is refused and says what is wrong', async (_, files, named) => {
    await expect(open({ model: { folder: folderWith(files) } })).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringContaining(named),
    })
  })

  it('whose weights end early is refused, whatever was converted before', async () => {
    const folder = folderWith({ 'model.safetensors': randomSafetensors(3) })
    const file = join(folder, 'model.safetensors')
    await open({ model: { folder } })
    truncateSync(file, statSync(file).size - 4)
    await expect(open({ model: { folder } })).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' })
  })
})

describe('an ONNX file of the user', () => {
  const exported = async (pooling: 'mean' | 'cls') => {
    const folder = folderWith()
    const files = { graph: 'model.onnx', weights: 'model.onnx_data' }
    await writeModel({
      safetensors: join(folder, 'model.safetensors'),
      shape: { ...shape, maxTokens: 128, epsilon: 1e-12, pooling, prefix: { query: '', passage: '' } },
      precision: 'fp32',
      vocabulary: 'standard',
      head: 'tokens',
      folder,
      files,
      levels: 127,
    })
    return { folder, model: { onnx: join(folder, files.graph), tokenizer: tokenizerFile, maxTokens: 128, pooling } }
  }

  it.each([
    ['mean', 'copy'],
    ['cls', 'copy'],
    ['mean', 'mmap'],
  ] as const)('is pooled outside of the graph: %s, weights %s', async (pooling, weights) => {
    const { folder, model } = await exported(pooling)
    const encoder = await open({ model, weights })
    expect(encoder.dims).toBe(shape.hidden)
    expect(encoder.info()).toMatchObject({ graph: 'exported', device: 'cpu' })
    const slab = await encoder.embed(texts)
    expect(worst(slab, expectedOf(folder, pooling))).toBeLessThan(1e-4)
    expect(dot(slab.subarray(0, 64), slab.subarray(0, 64))).toBeCloseTo(1, 5)
  })

  it('cannot be made int8, and without a tokeniser or with other names it is refused by name', async () => {
    const { folder, model } = await exported('mean')
    await expect(open({ model, precision: 'int8' })).rejects.toMatchObject({ code: 'CONFIG_OUT_OF_RANGE' })
    const nowhere = join(folder, 'nowhere.json')
    await expect(open({ model: { ...model, tokenizer: nowhere } })).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringContaining('nowhere.json'),
    })
    writeFileSync(model.onnx, 'not a graph')
    await expect(open({ model })).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
  })
})
