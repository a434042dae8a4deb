import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

const { projects: _, ...test } = base.test!

/** What takes its time by nature: the real model through each of its graphs, and more kills. `TENFOLD_KILLS=50 pnpm test:slow` for still more. */
export default defineConfig({
  ...base,
  test: {
    ...test,
    include: [
      'packages/**/test/**/*.slow.ts',
      'packages/rag/test/kill.test.ts',
      'packages/stores/sqlite/test/killed-work.test.ts',
      'packages/vector-search/test/publish.test.ts',
    ],
    env: { TENFOLD_KILLS: process.env.TENFOLD_KILLS ?? '5' },
    testTimeout: 240_000,
    fileParallelism: false,
  },
})
