import { InferenceSession } from 'onnxruntime-node'

/** node prepack.js <graph> <target graph> <name of the weights file beside it> */
const [graph, target, weights] = process.argv.slice(2) as [string, string, string]
const config = {
  optimized_model_external_initializers_file_name: weights,
  optimized_model_external_initializers_min_size_in_bytes: '1024',
  save_external_prepacked_constant_initializers: '1',
}
const session = await InferenceSession.create(graph, {
  optimizedModelFilePath: target,
  logSeverityLevel: 3,
  extra: { session: config },
})
await session.release()
