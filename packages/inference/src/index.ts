export { openGenerator } from './generator.ts'
export { type DeviceReport, listGeneratorDevices } from './llama.ts'
export {
  type GenerateOptions,
  type Generation,
  type Generator,
  type GeneratorDevice,
  type GeneratorInfo,
  type GeneratorOptions,
  generatorDevices,
  type Prompt,
} from './types.ts'
