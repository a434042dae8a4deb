import { defineConfig } from 'vitest/config'

export default defineConfig({
  ssr: {
    resolve: { conditions: ['@tenfold/source', 'node'], externalConditions: ['@tenfold/source'] },
  },
  resolve: { conditions: ['@tenfold/source'] },
  test: {
    include: ['packages/**/test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
})
