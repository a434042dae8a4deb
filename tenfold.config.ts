import { defineSettings } from './packages/contracts/src/index.ts'

export default defineSettings({
  // the system under test: any module whose default export is a TargetModule
  target: '@tenfold/rag',
  // 'default' (the documentation of the npm package `ai`), a folder of documents, or a folder in BEIR form
  data: 'default',
  // quick, standard or full
  profile: 'quick',
  // knobs that differ from their defaults, for example { 'rag.k': 8 }
  config: {},
})
