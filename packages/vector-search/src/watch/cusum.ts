export interface CusumLimits {
  /** What recall should be on average. */
  target: number
  /** The loss that must be noticed; half of it is let pass. */
  loss: number
  /** The sum of losses beyond that at which the alarm goes off. */
  threshold: number
}

/**
 * One-sided CUSUM (Page 1954) on recall: the sum of what each question found less than target − loss / 2, never below 0. A mean at
 * target − loss sets it off after about 2 × threshold / loss questions; a single bad question does only where the threshold is below its loss.
 */
export function cusum(
  sum: number,
  recall: number,
  { target, loss, threshold }: CusumLimits,
): { sum: number; alarm: boolean } {
  const next = Math.max(0, sum + target - loss / 2 - recall)
  return { sum: next, alarm: next > threshold }
}
