import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

const { projects: _, ...test } = base.test!

/** Stores against real servers, which the tests start themselves: `pnpm test:stores`. */
export default defineConfig({
  ...base,
  test: {
    ...test,
    include: ['packages/stores/*/test/**/*.server.ts'],
    testTimeout: 240_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
})
