export interface Until {
  /** What may be shown of the text so far plus `piece`; what could be the beginning of `stop` is held back. */
  push(piece: string): string
  /** True once `stop` was seen: it and what follows are dropped. */
  readonly stopped: boolean
  /** What was held back, at the end of the text. */
  flush(): string
}

/** Lets a stream of pieces through until `stop` stands in them, wherever the pieces are cut. An empty `stop` lets all through. */
export function until(stop: string): Until {
  let held = ''
  let stopped = false
  return {
    push(piece) {
      if (stopped) return ''
      held += piece
      const at = stop === '' ? -1 : held.indexOf(stop)
      stopped = at >= 0
      let keep = stopped ? held.length - at : Math.min(held.length, stop.length - 1)
      while (!stopped && keep > 0 && !stop.startsWith(held.slice(held.length - keep))) keep--
      keep = Math.max(keep, 0)
      const shown = held.slice(0, held.length - keep)
      held = stopped ? '' : held.slice(held.length - keep)
      return shown
    },
    get stopped() {
      return stopped
    },
    flush() {
      const rest = held
      held = ''
      return rest
    },
  }
}
