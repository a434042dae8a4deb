import { readFileSync } from 'node:fs'

interface Shape {
  hidden: number
  heads: number
  layers: number
  pooling: 'mean' | 'cls'
}

/**
 * BERT in plain loops, straight from Devlin et al. (2019), for comparison only: one text, no batch, no padding.
 * Shares nothing with the graph writer but the weights.
 */
export function referenceEncoder(path: string, shape: Shape): (ids: ArrayLike<number>) => Float64Array {
  const { hidden, heads, layers, pooling } = shape
  const file = readFileSync(path)
  const headerBytes = Number(file.readBigUInt64LE())
  const header = JSON.parse(file.subarray(8, 8 + headerBytes).toString())
  const tensor = (name: string): Float32Array => {
    const [from, to] = header[name].data_offsets as [number, number]
    return new Float32Array(Uint8Array.from(file.subarray(8 + headerBytes + from, 8 + headerBytes + to)).buffer)
  }
  const linear = (x: Float64Array[], name: string) => {
    const [weight, bias] = [tensor(`${name}.weight`), tensor(`${name}.bias`)]
    return x.map((row) => {
      const out = Float64Array.from(bias)
      for (let o = 0; o < out.length; o++) {
        for (let i = 0; i < row.length; i++) out[o]! += row[i]! * weight[o * row.length + i]!
      }
      return out
    })
  }
  const normalize = (x: Float64Array[], name: string) => {
    const [gamma, beta] = [tensor(`${name}.weight`), tensor(`${name}.bias`)]
    return x.map((row) => {
      const mean = row.reduce((sum, value) => sum + value, 0) / hidden
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / hidden
      return row.map((value, i) => ((value - mean) / Math.sqrt(variance + 1e-12)) * gamma[i]! + beta[i]!)
    })
  }
  const add = (a: Float64Array[], b: Float64Array[]) => a.map((row, i) => row.map((value, j) => value + b[i]![j]!))

  const kinds = ['word', 'position', 'token_type']
  const tables = Object.fromEntries(kinds.map((kind) => [kind, tensor(`embeddings.${kind}_embeddings.weight`)]))

  return (ids) => {
    const embedding = (kind: string, id: number) =>
      Float64Array.from(tables[kind]!.subarray(id * hidden, (id + 1) * hidden))
    const words = Array.from(ids, (id) => embedding('word', id))
    const places = words.map((_, i) => embedding('position', i))
    let x = normalize(
      add(
        add(words, places),
        words.map(() => embedding('token_type', 0)),
      ),
      'embeddings.LayerNorm',
    )
    for (let layer = 0; layer < layers; layer++) {
      const at = `encoder.layer.${layer}`
      const [query, key, value] = ['query', 'key', 'value'].map((part) => linear(x, `${at}.attention.self.${part}`))
      const mixed = attend(query!, key!, value!, hidden, heads)
      x = normalize(add(x, linear(mixed, `${at}.attention.output.dense`)), `${at}.attention.output.LayerNorm`)
      const wide = linear(x, `${at}.intermediate.dense`).map((row) =>
        row.map((v) => (v * (1 + erf(v / Math.SQRT2))) / 2),
      )
      x = normalize(add(x, linear(wide, `${at}.output.dense`)), `${at}.output.LayerNorm`)
    }
    const mean = Float64Array.from({ length: hidden }, (_, i) => x.reduce((sum, row) => sum + row[i]!, 0) / x.length)
    const pooled = pooling === 'cls' ? x[0]! : mean
    const norm = Math.hypot(...pooled)
    return pooled.map((value) => value / norm)
  }
}

function attend(
  query: Float64Array[],
  key: Float64Array[],
  value: Float64Array[],
  hidden: number,
  heads: number,
): Float64Array[] {
  const size = hidden / heads
  const out = query.map(() => new Float64Array(hidden))
  for (let head = 0; head < hidden; head += size) {
    for (const [i, q] of query.entries()) {
      const scores = key.map((k) => {
        let sum = 0
        for (let j = head; j < head + size; j++) sum += q[j]! * k[j]!
        return Math.exp(sum / Math.sqrt(size))
      })
      const total = scores.reduce((sum, score) => sum + score, 0)
      for (const [t, score] of scores.entries()) {
        for (let j = head; j < head + size; j++) out[i]![j]! += (score / total) * value[t]![j]!
      }
    }
  }
  return out
}

/** Abramowitz and Stegun 7.1.26, error below 1.5e-7. */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x))
  const poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  return Math.sign(x) * (1 - poly * Math.exp(-x * x))
}
