import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultConfig, type StoreProvider } from '@tenfold/contracts'
import { afterEach, expect, it, onTestFinished } from 'vitest'

export type Answer = [status: number, body: object]

/** The address of a server that gives these answers in turn, the last one for ever: what a client makes of them is no test of a server. */
export async function answering(...answers: Answer[]): Promise<string> {
  const server = createServer((_, response) => {
    const [status, body] = answers.length > 1 ? answers.shift()! : answers[0]!
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}

export interface FaultSubject {
  provider: StoreProvider
  /** The environment variable of its address. */
  variable: string
  /** A call by the client of the server there, as the store makes it. */
  call(url: string): Promise<unknown>
  /** The body by which the server tells what is wrong. */
  said(what: string): object
  /** What each answer becomes for whoever called. */
  faults: [status: number, what: string, error: object][]
  /** A body that is well, and what the call gives then. */
  well: [body: object, reply: unknown]
}

/** What a store on a server over HTTP makes of what goes wrong. */
export function describeFaults({ provider, variable, call, said, faults, well: [body, reply] }: FaultSubject): void {
  const address = process.env[variable]
  afterEach(() => {
    if (address === undefined) delete process.env[variable]
    else process.env[variable] = address
  })

  it.each(faults)('%i %s', async (status, what, error) => {
    await expect(call(await answering([status, said(what)]))).rejects.toMatchObject(error)
  })

  it('a server that is busy for a moment is asked again', async () => {
    expect(await call(await answering([503, said('starting')], [429, said('busy')], [200, body]))).toEqual(reply)
  })

  it('no server: ENGINE_UNAVAILABLE names the address and the variable', async () => {
    process.env[variable] = 'http://127.0.0.1:1'
    const workspace = mkdtempSync(join(tmpdir(), `tenfold-${provider.name}-`))
    onTestFinished(() => rmSync(workspace, { recursive: true }))
    const identity = { modelSha256: 'a'.repeat(64), dims: 3, chunker: 'c' }
    const signal = AbortSignal.timeout(300)
    const opening = (async () => provider.open({ config: defaultConfig, workspace, identity, signal }))()
    await expect(opening).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('127.0.0.1:1'),
      hint: expect.stringContaining(variable),
    })
  })
}
