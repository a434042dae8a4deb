import type { HeapProfiler } from 'node:inspector'
import { shortPlace } from './functions.ts'

export interface HeapOwner {
  function: string
  place: string
  bytes: number
}

/** Who allocated what is still alive, most first. */
export function heapByFunction({ head }: HeapProfiler.SamplingHeapProfile, count: number): HeapOwner[] {
  const owners: HeapOwner[] = []
  const visit = ({ callFrame, selfSize, children }: HeapProfiler.SamplingHeapProfileNode) => {
    if (selfSize > 0) {
      owners.push({
        function: callFrame.functionName || '(anonymous)',
        place: callFrame.url ? shortPlace(callFrame.url) : 'native',
        bytes: selfSize,
      })
    }
    children.forEach(visit)
  }
  visit(head)
  return owners.sort((a, b) => b.bytes - a.bytes).slice(0, count)
}
