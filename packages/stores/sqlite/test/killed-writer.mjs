// Writes versions of ten documents until it is killed; version v has 1 + v % 5 chunks, each naming v. Compiled code: what is killed is what ships.
import { openStore } from '../dist/index.js'

const store = openStore(JSON.parse(process.argv[2]))
for (let version = 0; ; version++) {
  const chunks = Array.from({ length: 1 + (version % 5) }, (_, i) => ({
    text: `version ${version} piece ${i} ${'filler '.repeat(200)}`,
    hash: `${version}-${i}`,
    vector: Float32Array.of(version, i, 1),
  }))
  store.upsertDoc({ id: `d${version % 10}`, title: 't', collection: '', hash: String(version) }, chunks)
  if (version % 7 === 3) store.removeDoc(`d${version % 10}`)
  if (version === 20) process.stdout.write('under way')
}
