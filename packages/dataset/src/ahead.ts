/**
 * Results of `work` over `items` in their order, with up to `concurrency` of them under way.
 * `work` runs ahead of the consumer by at most `concurrency` items; the first failure in order is thrown.
 */
export async function* mapAhead<T, R>(
  items: Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = []
  for (const item of items) {
    const result = work(item)
    // A consumer may stop early: what is still under way must not become an unhandled rejection.
    result.catch(() => {})
    underWay.push(result)
    if (underWay.length >= concurrency) yield await underWay.shift()!
  }
  for (const result of underWay) yield await result
}
