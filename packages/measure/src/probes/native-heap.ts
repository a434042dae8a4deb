import { createRequire } from 'node:module'
import { messageOf } from '@tenfold/contracts'

/** What the C allocator of this process has given out and not got back, freed blocks it keeps not included. */
export type NativeHeap =
  | {
      available: true
      /** Live bytes of malloc, over all threads, mapped blocks included. About 10 µs. */
      liveBytes(): number
      /** Gives free pages back to the system; true when some were. */
      trim(): boolean
    }
  | { available: false; reason: string }

type Reading = Extract<NativeHeap, { available: true }>

/** Large enough that the allocator maps it, and never touched: it costs no memory. */
const proofBytes = 8 * 2 ** 20

let known: NativeHeap | undefined

/**
 * The live native bytes of this process: `mallinfo2` on glibc from 2.33, `malloc_zone_statistics` on macOS (never run there by
 * us: unproven). Loads koffi, an optional dependency, at the first call (about 2 MB), so measured code should not call it on the
 * way. What cannot be read, or belongs to another allocator, is not available, with the reason.
 */
export function nativeHeap(): NativeHeap {
  known ??= openNativeHeap(loadKoffi)
  return known
}

export const loadKoffi = (): Koffi => createRequire(import.meta.url)('koffi')

export function openNativeHeap(load: () => Koffi): NativeHeap {
  try {
    const koffi = load()
    const heap = process.platform === 'darwin' ? macZones(koffi) : glibc(koffi)
    return countsArrays(heap)
      ? heap
      : {
          available: false,
          reason: `malloc does not answer for this process (LD_PRELOAD=${process.env.LD_PRELOAD ?? ''})`,
        }
  } catch (error) {
    const reason = messageOf(error).split('\n')[0] ?? ''
    return { available: false, reason: `no native heap figures on ${process.platform}: ${reason}` }
  }
}

/** With another allocator preloaded the figures of libc stand still. */
function countsArrays(heap: Reading): boolean {
  const before = heap.liveBytes()
  const block = new ArrayBuffer(proofBytes)
  return heap.liveBytes() - before >= block.byteLength / 2
}

/** Figures of `mallinfo2` used here: the heap without mapped blocks, what of it is given out, mapped blocks and how many they are. */
interface MallocInfo {
  arena: number
  uordblks: number
  hblkhd: number
  hblks: number
}

export function openGlibc(koffi: Koffi): { libc: ReturnType<Koffi['load']>; mallinfo2(): MallocInfo } {
  if (process.platform !== 'linux') throw new Error('only glibc and macOS tell them')
  const libc = koffi.load('libc.so.6')
  const fields = 'arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost'.split(' ')
  const info = koffi.struct(Object.fromEntries(fields.map((field) => [field, 'size_t'])))
  return { libc, mallinfo2: libc.func('mallinfo2', info, []) as () => MallocInfo }
}

function glibc(koffi: Koffi): Reading {
  const { libc, mallinfo2 } = openGlibc(koffi)
  const mallocTrim = libc.func('malloc_trim', 'int', ['size_t']) as (pad: number) => number
  return {
    available: true,
    liveBytes() {
      const { uordblks, hblkhd } = mallinfo2()
      return uordblks + hblkhd
    },
    trim: () => mallocTrim(0) === 1,
  }
}

function macZones(koffi: Koffi): Reading {
  const libc = koffi.load('/usr/lib/libSystem.B.dylib')
  const fields = { blocks_in_use: 'uint', size_in_use: 'size_t', max_size_in_use: 'size_t', size_allocated: 'size_t' }
  const statistics = koffi.out(koffi.pointer(koffi.struct(fields)))
  const read = libc.func('malloc_zone_statistics', 'void', ['void *', statistics]) as (
    zone: null,
    into: { size_in_use?: number },
  ) => void
  const relieve = libc.func('malloc_zone_pressure_relief', 'size_t', ['void *', 'size_t']) as (
    zone: null,
    goal: number,
  ) => number
  return {
    available: true,
    liveBytes() {
      const into: { size_in_use?: number } = {}
      read(null, into)
      return into.size_in_use ?? 0
    },
    trim: () => relieve(null, 0) > 0,
  }
}

/** The part of koffi used here; its own types would make it a dependency of everybody who compiles against this package. */
export interface Koffi {
  load(library: string): { func(name: string, result: unknown, parameters: unknown[]): unknown }
  struct(fields: Record<string, string>): unknown
  pointer(type: unknown): unknown
  out(type: unknown): unknown
}
