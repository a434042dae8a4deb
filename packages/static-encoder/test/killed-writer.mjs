// Writes a large table until it is killed. Argument: folder. Compiled code: what is killed is what ships.
import { ensureTable } from '../dist/table-cache.js'

const [rows, dims] = [100_000, 1024]
const table = { dims, codes: new Int8Array(rows * dims).fill(1), scales: new Float32Array(rows).fill(1) }
await ensureTable(process.argv[2], 'k', async () => table)
process.stdout.write('complete\n')
