export { default } from './phase.ts'
export { type Probe, type ProbeReply, probeDevice, type RunProbe } from './probe.ts'
