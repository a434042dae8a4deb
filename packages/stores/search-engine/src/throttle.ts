/**
 * Runs at most `most` works at once, half as many after each that met a busy server, and one more for each round that went well
 * (additive increase, multiplicative decrease: Chiu and Jain 1989).
 */
export function throttle(most: number, isBusy: (error: unknown) => boolean) {
  let allowed = most
  let running = 0
  const waiting: (() => void)[] = []
  const next = () => {
    while (running < Math.floor(allowed) && waiting.length > 0) {
      running++
      waiting.shift()!()
    }
  }
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      next()
    })
    try {
      const result = await work()
      allowed = Math.min(most, allowed + 1 / allowed)
      return result
    } catch (error) {
      if (isBusy(error)) allowed = Math.max(1, allowed / 2)
      throw error
    } finally {
      running--
      next()
    }
  }
}
