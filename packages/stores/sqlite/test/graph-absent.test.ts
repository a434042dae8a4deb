import { expect, it, vi } from 'vitest'
import provider, { openStore, storeOptions } from '../src/index.ts'
import { folder } from './fixture.ts'
import { answersRightly, documents, graphConfig, identity } from './graph-fixture.ts'

vi.mock('../../../vector-search/src/graph/library.ts', async (load) => {
  const real = await load<typeof import('../../../vector-search/src/graph/library.ts')>()
  const absent = () => Promise.reject(new Error("Cannot find package 'usearch'"))
  return { ...real, graphLibrary: () => real.graphLibrary(absent) }
})

it('without its library a graph is refused with the line that installs it, and who opens the file all the same searches exactly', async () => {
  const workspace = folder()
  const given = { config: graphConfig, workspace, identity }
  await expect(provider.open(given)).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    hint: expect.stringContaining('pnpm add usearch@2.21.4'),
  })
  const store = openStore(storeOptions(given))
  store.upsertDocs(documents(0, 300))
  answersRightly(store, 1)
  expect(store.graphRows()).toBeUndefined()
  store.close()
})
