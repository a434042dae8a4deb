/** Deterministic numbers in [-0.5, 0.5). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }
}

/** Unit vectors around `centres` random centres; `spread`: length of what is added to a centre. */
export function topics(count: number, dims: number, centres: number, spread: number): Float32Array {
  const next = random(7)
  const middles = Array.from({ length: centres }, () => Array.from({ length: dims }, next))
  const rows = new Float32Array(count * dims)
  for (let row = 0; row < count; row++) {
    const raw = middles[row % centres]!.map((x) => x + spread * next())
    const norm = Math.hypot(...raw)
    for (let i = 0; i < dims; i++) rows[row * dims + i] = raw[i]! / norm
  }
  return rows
}
