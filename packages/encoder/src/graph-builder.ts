import type { Graph, Node, Port } from './onnx-proto.ts'
import type { WeightsFile } from './weights-file.ts'

interface NodeOptions {
  ints?: Record<string, number | number[]>
  floats?: Record<string, number>
  /** Name of the output; made up from the operator when absent. */
  as?: string
  /** Outputs after the first. */
  also?: string[]
}

/** Collects nodes in order and writes weights as they come. Every method returns the name of what it added. */
export interface GraphBuilder {
  /** A standard ONNX operator. */
  standard(op: string, inputs: string[], options?: NodeOptions): string
  /** An operator of ONNX Runtime (`com.microsoft`). */
  fused(op: string, inputs: string[], options?: NodeOptions): string
  weight: WeightsFile['add']
  /** int64 values, as axes and shapes want them. */
  integers(name: string, values: number[]): string
  finish(name: string, inputs: Port[], outputs: Port[]): Graph
}

export function buildGraph(weights: WeightsFile): GraphBuilder {
  const nodes: Node[] = []
  const integers: Graph['integers'] = []
  const add = (domain: Node['domain'], op: string, inputs: string[], options: NodeOptions = {}) => {
    const first = options.as ?? `${op}_${nodes.length}`
    const outputs = [first, ...(options.also ?? [])]
    nodes.push({ op, inputs, outputs, domain, ints: options.ints ?? {}, floats: options.floats ?? {} })
    return first
  }
  return {
    standard: (op, inputs, options) => add('', op, inputs, options),
    fused: (op, inputs, options) => add('com.microsoft', op, inputs, options),
    weight: weights.add,
    integers(name, values) {
      integers.push({ name, values })
      return name
    },
    finish: (name, inputs, outputs) => ({ name, nodes, weights: weights.tensors, integers, inputs, outputs }),
  }
}
