/** The first of ascending `steps` that holds, given that all after it hold; undefined when the last does not. */
export function smallest<Step>(steps: readonly Step[], holds: (step: Step) => boolean): Step | undefined {
  let [low, high] = [0, steps.length - 1]
  if (high < 0 || !holds(steps[high]!)) return undefined
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(steps[middle]!)) high = middle
    else low = middle + 1
  }
  return steps[high]
}

/** Whole numbers from `least` to `most`, each `growth` times the one before. */
export function steps(least: number, most: number, growth: number): number[] {
  const found: number[] = []
  for (let step = least; step <= most; step = Math.ceil(step * growth)) found.push(step)
  return found
}
