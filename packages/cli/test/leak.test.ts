import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, tenfold } from './process.ts'

const target = `export default {
  name: 'toy', knobs: {},
  async open({ options }) {
    const kept = []
    return {
      info: async () => ({ name: 'toy', level: 0, stages: [], knobs: {}, models: {}, chunks: 0 }),
      async query({ text }) {
        if (options.fail) throw new Error('planted')
        kept.push(Buffer.alloc(options.bytes, text.length).toString('latin1'))
        return { ids: [], passages: [] }
      },
      async close() {},
    }
  },
}`

const leak = (root: string, ...args: string[]) =>
  tenfold(root, ['leak', '--target', 'toy.mjs', '--questions', '20', ...args])

const workspace = () =>
  folder({
    'toy.mjs': target,
    'docs/a.md': '# Harbour\n\nThe lock closes at nine.\n',
    'tenfold.config.ts': `export default { data: 'docs' }`,
  })

describe('tenfold leak', () => {
  it('ends with 1 on a leak, names the side and shows limits; JSON holds every point', async () => {
    const root = workspace()
    const { code, stdout, stderr } = await leak(root, '--option', 'bytes=8192', '--json')
    expect(code, stderr).toBe(1)
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({ verdict: 'leaking', kind: 'queries', js: { verdict: 'leaking', limitBytes: 128 } })
    expect(result.points).toHaveLength(result.queries / 5)
    expect(readdirSync(join(root, '.tenfold', 'arms'))).toEqual([])
  })

  it('prints the table for people', async () => {
    const { stdout } = await leak(workspace(), '--option', 'bytes=8192')
    expect(stdout).toMatch(/^✗ leaking: .*toy\.mjs after \d+ queries/)
    expect(stdout).toMatch(/H JavaScript +\d+ \[ *\d+, *\d+\] +limit 128 +✗ leaking/)
    expect(stdout).toMatch(/N native|native side not covered/)
  })

  it('a target that fails ends with 3, wrong usage with 2', async () => {
    const root = workspace()
    const failed = await leak(root, '--option', 'fail=true')
    expect(failed.code).toBe(3)
    expect(failed.stderr).toMatch(/TARGET_FAILED: 11 of 11 queries failed, the last one with: planted/)
    for (const args of [['--option', 'novalue'], ['--questions', '3'], ['--lifecycle=x']])
      expect((await tenfold(root, ['leak', ...args])).code).toBe(2)
  })
})
