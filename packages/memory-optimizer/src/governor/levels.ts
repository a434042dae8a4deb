/** How near the ceiling a process is, and what that asks for: nothing; smaller caches; smaller batches and unloading; no new loads. */
export const memoryLevels = ['normal', 'shrink', 'unload', 'refuse'] as const
export type MemoryLevel = (typeof memoryLevels)[number]

/** Share of the ceiling at which a level begins. */
export const levelShares = { shrink: 0.75, unload: 0.85, refuse: 0.92 } as const

/** A level ends this share of the ceiling below its beginning: use that wavers by less does not switch it on and off. */
export const hysteresisShare = 0.05

export const isAtLeast = (level: MemoryLevel, other: MemoryLevel): boolean =>
  memoryLevels.indexOf(level) >= memoryLevels.indexOf(other)

/** The level that follows `level` when so many private bytes are in use. Rises at once, falls as far as use has fallen. */
export function nextLevel(level: MemoryLevel, usedBytes: number, ceilingBytes: number): MemoryLevel {
  const share = usedBytes / ceilingBytes
  const reached = (slack: number) =>
    memoryLevels.findLast((each) => each === 'normal' || share >= levelShares[each] - slack) ?? 'normal'
  const risen = reached(0)
  if (isAtLeast(risen, level)) return risen
  const held = reached(hysteresisShare)
  return isAtLeast(held, level) ? level : held
}
