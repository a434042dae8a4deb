import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { explain, passes } from '../src/failures.ts'
import { conditionsOf } from '../src/filter.ts'

const url = 'postgres://ann:secret@db.example/rag'
const failed = (code: string, message = 'it went wrong for secret reasons') =>
  Object.assign(new Error(message), { code })

it.each([
  ['53100', 'STORE_FULL', /free some space/],
  ['57014', 'TARGET_FAILED', /plans/],
  ['28P01', 'ENGINE_UNAVAILABLE', /password in TENFOLD_POSTGRES_URL/],
  ['3D000', 'ENGINE_UNAVAILABLE', /create that database/],
  ['42501', 'ENGINE_UNAVAILABLE', /GRANT CREATE/],
  ['57P03', 'ENGINE_UNAVAILABLE', /start the server/],
  ['ECONNRESET', 'ENGINE_UNAVAILABLE', /start the server/],
])('%s is %s, with the way out', (code, named, hint) => {
  expect(explain(failed(code), url)).toMatchObject({ code: named, hint: expect.stringMatching(hint) })
})

it('what is nobody’s fault but ours comes out as it is; what a second try may mend is told apart', () => {
  const wrong = failed('42601', 'syntax error')
  expect(explain(wrong, url)).toBe(wrong)
  expect(['57P01', '40P01', 'ECONNREFUSED'].map((code) => passes(failed(code)))).toEqual([true, true, true])
  expect(passes(new Error('Connection terminated unexpectedly'))).toBe(true)
  expect(['42601', '53100', '28P01'].map((code) => passes(failed(code)))).toEqual([false, false, false])
})

it('values of a filter never become part of a statement', () => {
  const evil = `x' OR 1=1; --`
  const values: unknown[] = ['question', 5]
  const conditions = conditionsOf(
    { collection: evil, metadata: { [evil]: evil, a: { in: [evil, 1] }, b: { gte: evil, lte: 3 }, c: { in: [] } } },
    values,
  )
  expect(conditions.join(' ')).not.toContain('OR 1=1')
  expect(conditions).toContain('false')
  expect(
    values.slice(2).every((value) => conditions.some((each) => each.includes(`$${values.indexOf(value) + 1}`))),
  ).toBe(true)
})

const asModule = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`

it('says what to install where the client is missing', () => {
  const workspace = mkdtempSync(join(tmpdir(), 'tenfold-pg-'))
  onTestFinished(() => rmSync(workspace, { recursive: true }))
  const code = `import('${new URL('../dist/index.js', import.meta.url)}').then(({ default: p }) => p.open({ config: {}, workspace: process.argv[1], identity: {} }))
    .catch((error) => { console.log(error.code, error.hint) })`
  const hooks = `export const resolve = async (name, context, next) => next(name === 'pg' ? 'no-such-package' : name, context)`
  const loader = asModule(`import { register } from 'node:module'; register(${JSON.stringify(asModule(hooks))})`)
  const { stdout } = spawnSync(process.execPath, ['--import', loader, '--input-type=module', '-e', code, workspace], {
    encoding: 'utf8',
  })
  expect(stdout.trim()).toBe('ENGINE_UNAVAILABLE pnpm add pg')
})
