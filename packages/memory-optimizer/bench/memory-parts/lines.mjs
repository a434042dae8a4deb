import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'

/** The objects of a file with one JSON object a line. */
export async function* linesOf(file) {
  for await (const line of createInterface({ input: createReadStream(file) })) yield JSON.parse(line)
}
