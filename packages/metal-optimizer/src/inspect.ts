import { listEncoderDevices } from '@tenfold/encoder'
import { listGeneratorDevices } from '@tenfold/inference'
import type { Facts, Inspection } from '@tenfold/phase-kit'
import si from 'systeminformation'
import { type Probe, probeDevice, type Role } from './probe.ts'

const wanted: Record<Role, string[]> = {
  encoder: ['coreml', 'webgpu', 'cuda', 'dml'],
  generator: ['metal', 'cuda', 'vulkan'],
}

/** Every device either engine might run on, each in one of the states of `Probe`. */
export async function inspectDevices({ say }: Inspection): Promise<Facts> {
  const generators = (await listGeneratorDevices()).filter(({ present }) => present)
  const listed: Record<Role, string[]> = {
    encoder: listEncoderDevices(),
    generator: generators.map(({ device }) => device),
  }
  const probes: Probe[] = []
  for (const role of ['encoder', 'generator'] as const) {
    for (const device of wanted[role]) {
      say(`probing ${device} for the ${role}`)
      probes.push(await probeDevice(role, device, listed[role].includes(device)))
    }
  }
  const { controllers } = await si.graphics()
  const graphics = controllers.map(({ vendor, model, vram, utilizationGpu }) => ({
    vendor,
    model,
    vramMiB: vram,
    utilizationPercent: utilizationGpu ?? null,
  }))
  return { details: { listed, graphics, probes } }
}
