import inspector from 'node:inspector'

type CpuProfile = inspector.Profiler.Profile
type HeapProfile = inspector.HeapProfiler.SamplingHeapProfile

/** The CPU profile of `work`, sampled every 0.5 ms, in the format Chrome, VS Code and speedscope open. */
export async function recordCpu(work: () => Promise<unknown>): Promise<CpuProfile> {
  return withSession(async (session) => {
    await post(session, 'Profiler.enable')
    await post(session, 'Profiler.setSamplingInterval', { interval: 500 })
    await post(session, 'Profiler.start')
    await work()
    return ((await post(session, 'Profiler.stop')) as { profile: CpuProfile }).profile
  })
}

/** JavaScript allocations of `work` still alive at its end, sampled every 16 KiB. Native memory is not in it. */
export async function recordHeap(work: () => Promise<unknown>): Promise<HeapProfile> {
  return withSession(async (session) => {
    await post(session, 'HeapProfiler.startSampling', { samplingInterval: 16_384 })
    await work()
    return ((await post(session, 'HeapProfiler.stopSampling')) as { profile: HeapProfile }).profile
  })
}

async function withSession<Result>(use: (session: inspector.Session) => Promise<Result>): Promise<Result> {
  const session = new inspector.Session()
  session.connect()
  try {
    return await use(session)
  } finally {
    session.disconnect()
  }
}

function post(session: inspector.Session, method: string, params: object = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    session.post(method, params, (error, result) => (error ? reject(error) : resolve(result)))
  })
}
