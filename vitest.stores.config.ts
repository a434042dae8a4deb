import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** Stores against servers that are started for the tests: longer than the other tests may take together. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    testTimeout: 180_000,
    include: ['packages/stores/**/test/**/*.server.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
  },
})
