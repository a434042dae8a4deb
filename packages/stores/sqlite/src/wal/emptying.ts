/**
 * Emptying begins at a quarter of the limit: a try waits little for readers, since the writer waits with it, and may fail where there are many.
 * Near the limit it waits longer. One that failed is not made again at once: the writer would wait most of the time.
 */
export const early = { share: 1 / 4, waitMs: 50, retryMs: 200 }
export const near = { share: 3 / 4, waitMs: 500, retryMs: 500 }
