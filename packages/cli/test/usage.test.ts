import { describe, expect, it } from 'vitest'
import { folder, tenfold } from './process.ts'

describe('tenfold', () => {
  it('--help names every command and ends with 0', async () => {
    const { code, stdout } = await tenfold(folder(), ['--help'])
    expect(code).toBe(0)
    for (const command of ['run', 'ingest', 'ask', 'verify', 'models'])
      expect(stdout).toMatch(new RegExp(`^ +${command} `, 'm'))
  })

  it.each([
    [['ask', '--help'], /--no-answer/],
    [['run', '--help'], /--only <phase>/],
  ])('%j ends with 0', async (args, option) => {
    const { code, stdout } = await tenfold(folder(), args)
    expect(code).toBe(0)
    expect(stdout).toMatch(option)
  })

  it.each([
    [['optimise'], /unknown command 'optimise'/],
    [['ask'], /missing required argument 'question'/],
    [['ask', 'why?', '--loud'], /unknown option '--loud'/],
    [['ask', 'why?', '-k', '0'], /takes a whole number from 1/],
    [['run', '--only', 'lunch'], /Allowed choices are baseline, profiler/],
    [['run', '--profile', 'slow'], /Allowed choices are quick, standard, full/],
  ])('%j ends with 2 and says why', async (args, message) => {
    const { code, stdout, stderr } = await tenfold(folder(), args)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    expect(stdout).toBe('')
  })
})

describe('tenfold verify', () => {
  it('finds every file missing in an empty folder', async () => {
    const root = folder({ 'handoff/.keep': '' })
    const { code, stdout } = await tenfold(root, ['verify'])
    expect(code).toBe(1)
    for (const file of ['phase_8', 'phase_10'])
      expect(stdout).toMatch(new RegExp(`✗ \\S*${file}\\S*_complete\\.json.*`))
    expect(stdout).toMatch(/\d+ findings; 0 figures derived again/)
  })

  it('prints the findings as JSON, and reads the folder that was named', async () => {
    const root = folder({ 'elsewhere/handoff/.keep': '' })
    const { code, stdout } = await tenfold(root, ['verify', 'elsewhere/handoff', '--json'])
    expect(code).toBe(1)
    const { findings, recomputed } = JSON.parse(stdout)
    expect(recomputed).toBe(0)
    expect(findings.length).toBeGreaterThan(1)
    for (const finding of findings) expect(finding).toMatchObject({ file: expect.stringMatching(/\.json$/) })
  })

  it('a folder of another name is not taken for the handoff folder beside it', async () => {
    const root = folder({ 'results/.keep': '', 'handoff/phase_8_complete.json': '{' })
    const problem = async (named: string) => (await tenfold(root, ['verify', named])).stdout.split('\n')[0]
    expect(await problem('handoff')).toMatch(/phase_8_complete\.json.*altered/)
    expect(await problem('.')).toBe(await problem('handoff'))
    expect(await problem('results')).toMatch(/phase_8_complete\.json.*does not exist/)
  })
})

describe('tenfold.config.ts', () => {
  const only = async (settings: string, overrides: Record<string, string> = {}) =>
    tenfold(folder({ 'tenfold.config.ts': `export default ${settings}\n` }), ['run', '--only', 'baseline'], overrides)

  it('an unknown knob ends with 2 and the nearest one', async () => {
    const { code, stderr } = await only(`{ config: { 'db.mmapMb': 256 } }`)
    expect(code).toBe(2)
    expect(stderr).toMatch(/^baseline CONFIG_UNKNOWN_KEY: unknown key "db\.mmapMb"/)
    expect(stderr).toContain('did you mean db.mmapMib?')
  })

  it('a knob out of range ends with 2, its range and its default', async () => {
    const { code, stderr } = await only(`{ config: { 'rag.k': 101 } }`)
    expect(code).toBe(2)
    expect(stderr).toContain('CONFIG_OUT_OF_RANGE: rag.k is 101')
    expect(stderr).toContain('rag.k takes a whole number from 1 to 100 (passages); its default is 5')
  })

  it.each([
    [`{ profile: 'endless' }`, {}, /CONFIG_OUT_OF_RANGE: tenfold.config.ts at profile/],
    [`{ colour: 'blue' }`, {}, /CONFIG_OUT_OF_RANGE: tenfold.config.ts at colour/],
    [`{ profile: `, {}, /CONFIG_UNREADABLE: tenfold.config.ts does not load/],
    [`{}`, { TENFOLD_PROFILE: 'endless' }, /CONFIG_OUT_OF_RANGE.*profile/],
  ])('%s with %j ends with 2', async (settings, overrides, message) => {
    const { code, stderr } = await only(settings, overrides)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
})
