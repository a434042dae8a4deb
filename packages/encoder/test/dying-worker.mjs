import { appendFileSync, readFileSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

/** Dies at the first `deaths` requests, counted in a file across lives, then answers one vector of ones. */
parentPort.on('message', (request) => {
  if (request.close) return parentPort.close()
  appendFileSync(workerData.tokenizer.path, 'x')
  if (readFileSync(workerData.tokenizer.path, 'utf8').length <= workerData.threads) process.exit(7)
  if (request.run.rows === 2) return parentPort.postMessage({ failed: 'bad batch' })
  parentPort.postMessage({ vectors: new Float32Array(384).fill(1) })
})
parentPort.postMessage('ready')
