/** A component as the ledger sees it now. */
export interface Holding {
  name: string
  /** Private bytes; 0 when it is not loaded. */
  bytes: number
  idleMs: number
  reloadMs: number
  busy: boolean
}

/** Bytes held for nothing, over what it takes to have them again. A reload counts as a millisecond at least. */
export const evictionScore = ({ bytes, idleMs, reloadMs }: Holding): number => (bytes * idleMs) / Math.max(1, reloadMs)

/** What may be unloaded, first things first: loaded, not busy, and not used for `idleAfterMs`. */
export function evictionOrder<Held extends Holding>(holdings: readonly Held[], idleAfterMs: number): Held[] {
  return holdings
    .filter(({ bytes, idleMs, busy }) => !busy && bytes > 0 && idleMs >= idleAfterMs)
    .sort((a, b) => evictionScore(b) - evictionScore(a) || a.name.localeCompare(b.name))
}
