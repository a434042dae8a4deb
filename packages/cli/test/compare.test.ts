import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { evidenceSchema } from '@tenfold/contracts/schemas'
import { readEvidence, verifyEvidence } from '@tenfold/proof'
import { describe, expect, it } from 'vitest'
import { folder, tenfold } from './process.ts'

/** A system that works for about that long and answers well, wrongly, or once and never again. */
const system = (ms: number, how: 'well' | 'badly' | 'dies' = 'well') => `
let asked = 0
export default async (text) => {
  if (${how === 'dies'} && ++asked > 30) process.exit(7)
  for (const end = performance.now() + ${ms}; performance.now() < end; );
  return { ids: [${how === 'badly'} ? 'wrong' : text] }
}
`
const questions = Array.from({ length: 30 }, (_, i) => JSON.stringify({ text: `q${i}`, relevant: [`q${i}`] })).join(
  '\n',
)

const workspace = () =>
  folder({
    'pnpm-workspace.yaml': '',
    'q.jsonl': questions,
    'one.mjs': system(2),
    'two.mjs': system(4),
    'bad.mjs': system(1, 'badly'),
    'dies.mjs': system(2, 'dies'),
  })

const compare = (root: string, a: string, b: string, ...more: string[]) =>
  tenfold(root, [
    'compare',
    `module:${a}.mjs`,
    `module:${b}.mjs`,
    '--questions',
    'q.jsonl',
    '--no-noise-floor',
    '--out',
    'e.json',
    ...more,
  ])

describe('tenfold compare ends with', () => {
  it('1 when the second is slower; what it writes can be derived again', async () => {
    const root = workspace()
    const { code, stdout, stderr } = await compare(root, 'one', 'two', '--markdown', 'c.md', '--junit', 'c.xml')
    expect(code, stdout + stderr).toBe(1)
    expect(stdout).toContain('✗ slower')
    const evidence = readEvidence(join(root, 'e.json'))
    expect(evidence.compared[0]).toMatchObject({ metric: 'query.ms', verdict: 'slower' })
    expect(verifyEvidence(evidence).findings).toEqual([])
    expect((await tenfold(root, ['verify', 'e.json'])).code).toBe(0)
    expect(readFileSync(join(root, 'c.md'), 'utf8')).toContain('query.ms')
    expect(existsSync(join(root, 'c.xml'))).toBe(true)
    expect(JSON.stringify(evidence)).not.toContain(root)
  })

  it('0 when it is faster, as JSON too', async () => {
    const { code, stdout } = await compare(workspace(), 'two', 'one', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'better', complete: true })
  })

  it('1 when it is faster but finds the wrong documents', async () => {
    const { code, stdout } = await compare(workspace(), 'one', 'bad', '--json', '--forks', '1')
    expect(code).toBe(1)
    expect(JSON.parse(stdout).outcome).toBe('quality-lost')
  })

  it('4 when too few forks were allowed to decide', async () => {
    expect((await compare(workspace(), 'one', 'two', '--forks', '2')).code).toBe(4)
  })

  it('3 when a system dies, with what was measured until then', async () => {
    const root = workspace()
    const { code, stdout } = await compare(root, 'one', 'dies', '--json')
    expect(code).toBe(3)
    expect(JSON.parse(stdout).failures.join()).toMatch(/ended with 7/)
    const evidence = evidenceSchema.parse(JSON.parse(readFileSync(join(root, 'e.json'), 'utf8')))
    expect(evidence.complete).toBe(false)
    expect((await tenfold(root, ['gate', 'e.json'])).code).toBe(4)
  })

  it.each([
    ['a system nobody knows', ['compare', 'this', 'that']],
    ['one system', ['compare', 'defaults']],
    [
      'an unknown metric',
      ['compare', 'module:one.mjs', 'module:two.mjs', '--questions', 'q.jsonl', '--metrics', 'query.hours'],
    ],
    ['questions that are not there', ['compare', 'module:one.mjs', 'module:two.mjs', '--questions', 'none.jsonl']],
    ['an unknown setting', ['compare', 'defaults', 'speed.magic=1']],
  ])('2 for %s', async (_, args) => {
    const { code, stderr } = await tenfold(workspace(), args)
    expect(code, stderr).toBe(2)
    expect(stderr).toContain('→')
  })

  it('130 when interrupted, and keeps what it has', async () => {
    const root = workspace()
    const main = join(import.meta.dirname, '../dist/main.js')
    const args = [
      'compare',
      'module:one.mjs',
      'module:one.mjs',
      '--questions',
      'q.jsonl',
      '--no-noise-floor',
      '--out',
      'e.json',
    ]
    const child = spawn(process.execPath, [main, ...args], {
      cwd: root,
      env: { ...process.env, TENFOLD_ROOT: root, CI: '1' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let told = ''
    child.stderr.on('data', (chunk) => {
      told += chunk
      if (told.includes('both in turn')) setTimeout(() => child.kill('SIGINT'), 700)
    })
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect(code, told).toBe(130)
    expect(JSON.parse(readFileSync(join(root, 'e.json'), 'utf8')).complete).toBe(false)
  })
})
