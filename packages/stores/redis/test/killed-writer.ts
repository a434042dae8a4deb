import { defaultConfig } from '@tenfold/contracts'
import provider from '../src/index.ts'
import { identity, vector } from './vectors.ts'

// Writes versions of ten documents until it is killed; version v has 1 + v % 5 chunks, each naming v.
const store = await provider.open({ config: defaultConfig, workspace: process.argv[2]!, identity })
for (let version = 0; ; version++) {
  const chunks = Array.from({ length: 1 + (version % 5) }, (_, i) => ({
    text: `version ${version} piece ${i} ${'filler '.repeat(200)}`,
    hash: `${version}-${i}`,
    vector: vector(version + i),
  }))
  const of = (doc: string) => ({ doc: { id: doc, title: 't', collection: '', hash: String(version) }, chunks })
  await store.upsertDocs([of(`d${version % 10}`), of(`e${version % 10}`)])
  if (version % 7 === 3) await store.removeDoc(`d${version % 10}`)
  if (version === 20) process.stdout.write('under way')
}
