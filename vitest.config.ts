import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** They time a system against another: other tests beside them would be part of what they see. */
const measuring = [
  'packages/phase-kit/test/run-phase.test.ts',
  'packages/harness/test/separate.test.ts',
  'packages/cli/test/compare.test.ts',
  'packages/index-advisor/test/advise.test.ts',
]
const elsewhere = ['**/node_modules/**', '**/dist/**']

export default defineConfig({
  ssr: {
    resolve: { conditions: ['@tenfold/source', 'node'], externalConditions: ['@tenfold/source'] },
  },
  resolve: { conditions: ['@tenfold/source'] },
  test: {
    pool: 'forks',
    // ends what hangs: a busy machine takes many times as long as a quiet one
    testTimeout: 120_000,
    hookTimeout: 120_000,
    globalSetup: 'scripts/test-build.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['packages/**/test/**/*.test.ts'],
          exclude: [...elsewhere, ...measuring],
          // vitest alone would leave a core for itself: half of two
          maxWorkers: Math.max(2, availableParallelism()),
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: measuring,
          exclude: elsewhere,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
