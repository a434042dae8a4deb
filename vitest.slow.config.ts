import { defineConfig } from 'vitest/config'
import base from './vitest.config.ts'

const { projects: _, ...test } = base.test!

/** What takes its time by nature, many kills or many whole processes: `pnpm test:slow`. */
export default defineConfig({
  ...base,
  test: {
    ...test,
    include: ['packages/**/test/**/*.slow.ts'],
    testTimeout: 240_000,
    fileParallelism: false,
  },
})
