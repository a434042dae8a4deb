import { type Koffi, loadKoffi } from './native-heap.ts'

/** `MADV_HUGEPAGE` of linux/mman.h. */
const wantsHugePages = 14

type Advise = (address: Uint8Array, length: number, advice: number) => number

let known: ((bytes: Uint8Array) => boolean) | undefined

/**
 * Asks Linux to hold `bytes`, page-aligned and not yet written, in pages of 2 MiB instead of 4 KiB: reading all of it once then misses
 * the table of address translations 512 times less. False where that is not to be had: another system, no koffi, or turned off
 * in /sys/kernel/mm/transparent_hugepage/enabled.
 */
export function adviseHugePages(bytes: Uint8Array): boolean {
  known ??= openHugePages(loadKoffi)
  return known(bytes)
}

export function openHugePages(load: () => Koffi): (bytes: Uint8Array) => boolean {
  if (process.platform !== 'linux') return () => false
  try {
    const madvise = load().load('libc.so.6').func('madvise', 'int', ['void *', 'size_t', 'int']) as Advise
    return (bytes) => madvise(bytes, bytes.byteLength, wantsHugePages) === 0
  } catch {
    return () => false
  }
}
