import { type Handoff, type Patch, parseConfig } from '@tenfold/contracts'
import { describe, expect, it } from 'vitest'
import { closeProbes } from '../src/close.ts'
import { type Probe, type ProbeReply, probeDevice, type RunProbe } from '../src/index.ts'

const replies =
  (reply: ProbeReply): RunProbe =>
  async () =>
    reply
const fails =
  (message: string): RunProbe =>
  () =>
    Promise.reject(new Error(message))

describe('S2-18 probeDevice: each way asking for a device can end', () => {
  it('not in the binaries: unavailable, and nothing is started', async () => {
    let started = false
    const run: RunProbe = async () => {
      started = true
      return { actual: 'metal', parity: 1, loadMs: 1 }
    }
    const probe = await probeDevice('generator', 'metal', false, run)
    expect(probe).toMatchObject({ status: 'unavailable', actual: null, requested: 'metal' })
    expect(started).toBe(false)
  })

  it.each([
    ['it crashes', 'Illegal instruction'],
    ['it hangs', 'gave no answer in 15 s'],
    ['it refuses', 'no Vulkan loader'],
  ])('%s: present-unusable, with the reason', async (_, message) => {
    expect(await probeDevice('encoder', 'webgpu', true, fails(message))).toMatchObject({
      status: 'present-unusable',
      actual: null,
      reason: message,
    })
  })

  it('it quietly runs on the CPU: present-unusable, and says where it ran', async () => {
    const probe = await probeDevice('encoder', 'coreml', true, replies({ actual: 'cpu', parity: 1, loadMs: 5 }))
    expect(probe).toMatchObject({ status: 'present-unusable', actual: 'cpu' })
    expect(probe.reason).toContain('asked for coreml, ran on cpu')
  })

  it.each([0.99, 0, -1, Number.NaN])('it gives other numbers (parity %d): rejected-parity', async (parity) => {
    const probe = await probeDevice('encoder', 'cuda', true, replies({ actual: 'cuda', parity, loadMs: 5 }))
    expect(probe).toMatchObject({ status: 'rejected-parity', actual: 'cuda' })
  })

  it.each([0.999, 1])(
    'it ran there and gave the same numbers (parity %d): usable, with the evidence',
    async (parity) => {
      const probe = await probeDevice('encoder', 'cuda', true, replies({ actual: 'cuda', parity, loadMs: 5 }))
      expect(probe).toMatchObject({ status: 'usable', actual: 'cuda', evidence: { listed: true, parity, loadMs: 5 } })
    },
  )
})

describe('closeProbes', () => {
  const probe = (requested: string, status: Probe['status']): Probe => ({
    role: 'encoder',
    requested,
    status,
    actual: null,
    reason: 'as probed',
    evidence: {},
  })
  const close = (probes: Probe[], patch: Patch) => {
    const handoff = {
      config: parseConfig(patch),
      reason: 'embed.ms ×0.500',
      details: { before: { probes, listed: [] } },
    } as unknown as Handoff
    const closed = closeProbes(handoff)
    return { ...closed, probes: (closed.details.before as { probes: Probe[] }).probes }
  }

  it('a usable device is adopted when the configuration has it, rejected-slower when not', () => {
    const { probes, reason } = close(
      [probe('cuda', 'usable'), probe('webgpu', 'usable'), probe('coreml', 'unavailable')],
      { 'metal.encoderDevice': 'cuda' },
    )
    expect(probes.map(({ status }) => status)).toEqual(['adopted', 'rejected-slower', 'unavailable'])
    expect(probes.map((each) => each.reason)).toEqual([
      'embed.ms ×0.500',
      'not proven faster than the CPU: embed.ms ×0.500',
      'as probed',
    ])
    expect(reason).toBe('embed.ms ×0.500')
  })

  it('without an accelerator it says so, and claims nothing', () => {
    const { reason, details } = close([probe('cuda', 'unavailable'), probe('webgpu', 'present-unusable')], {})
    expect(reason).toBe('no accelerator here: the CPU stays, and that is no speed-up')
    expect(details.before).toMatchObject({ listed: [] })
  })

  it('a device with wrong numbers counts as there', () => {
    expect(close([probe('cuda', 'rejected-parity')], {}).reason).toBe('embed.ms ×0.500')
  })
})
