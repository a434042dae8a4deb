import { setFlagsFromString } from 'node:v8'
import { type Kernels, type LinearMemory, maxPages } from './kernel.ts'
import { PlainMemory, plainKernels } from './plain.ts'
import { simdModule } from './simd.ts'

/** What runs the kernels. */
export interface Engine {
  name: 'wasm-relaxed-simd' | 'wasm-simd' | 'javascript'
  /** Kernels over a memory of their own, one that threads can share if `shared` is wanted and can be had. */
  open(shared?: boolean): Opened
}

interface Opened {
  /** Another than the engine's where no address space is left for WebAssembly. */
  name: Engine['name']
  memory: LinearMemory
  kernels: Kernels
  /** What makes the kernels in another thread, over the same memory. */
  module?: object
}

/** The part of WebAssembly's interface that is used: Node's types leave it out, and some runtimes all of it. */
interface WasmApi {
  validate(bytes: Uint8Array): boolean
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: unknown }
  Memory: new (pages: { initial: number; maximum: number; shared: boolean }) => LinearMemory
}

const javascript: Engine = {
  name: 'javascript',
  open() {
    const memory = new PlainMemory()
    return { name: 'javascript', memory, kernels: plainKernels(memory) }
  },
}

/**
 * V8 11.3, which is Node 20's, has relaxed SIMD finished but behind a flag; the next version took the flag away. The flag is read when code is
 * checked, so it may come after the start; a runtime that has none says so on standard error and goes on.
 */
function allowRelaxed(): void {
  if (process.versions.v8?.startsWith('11.3.')) setFlagsFromString('--experimental-wasm-relaxed-simd')
}

/** All engines of a runtime, the quickest first. */
export function enginesOf(wasm = hostWasm()): Engine[] {
  allowRelaxed()
  const relaxed = wasm && simdEngine(wasm, 'wasm-relaxed-simd', true)
  const simd = wasm && simdEngine(wasm, 'wasm-simd', false)
  return [relaxed, simd, javascript].filter((engine) => engine !== undefined)
}

let best: Engine | undefined
export const bestEngine = (): Engine => (best ??= enginesOf()[0]!)

/** Kernels of a module over memory that another thread has opened. */
export function kernelsOver(module: object, memory: LinearMemory): Kernels {
  return new (hostWasm()!.Instance)(module, { host: { memory } }).exports as Kernels
}

const hostWasm = () => (globalThis as { WebAssembly?: WasmApi }).WebAssembly

function simdEngine(wasm: WasmApi, name: Engine['name'], relaxed: boolean): Engine | undefined {
  const code = simdModule(relaxed, false)
  if (!wasm.validate(code)) return undefined
  const alone = new wasm.Module(code)
  let together: object | undefined
  return {
    name,
    open(shared = false) {
      try {
        const module = shared ? (together ??= new wasm.Module(simdModule(relaxed, true))) : alone
        const memory = new wasm.Memory({ initial: 1, maximum: maxPages, shared })
        const { exports } = new wasm.Instance(module, { host: { memory } })
        return { name, memory, kernels: exports as Kernels, ...(shared && { module }) }
      } catch (error) {
        if (error instanceof RangeError) return javascript.open()
        throw error
      }
    },
  }
}
