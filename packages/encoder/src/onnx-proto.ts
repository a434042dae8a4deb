import protobuf from 'protobufjs/light.js'

/** The part of onnx.proto (Apache-2.0, onnx/onnx) a graph with external weights needs: name → [number, type, rule?]. */
const messages: Record<string, Record<string, [number, string, 'repeated'?]>> = {
  ModelProto: {
    irVersion: [1, 'int64'],
    producerName: [2, 'string'],
    graph: [7, 'GraphProto'],
    opsetImport: [8, 'OperatorSetIdProto', 'repeated'],
  },
  OperatorSetIdProto: { domain: [1, 'string'], version: [2, 'int64'] },
  GraphProto: {
    node: [1, 'NodeProto', 'repeated'],
    name: [2, 'string'],
    initializer: [5, 'TensorProto', 'repeated'],
    input: [11, 'ValueInfoProto', 'repeated'],
    output: [12, 'ValueInfoProto', 'repeated'],
  },
  NodeProto: {
    input: [1, 'string', 'repeated'],
    output: [2, 'string', 'repeated'],
    name: [3, 'string'],
    opType: [4, 'string'],
    attribute: [5, 'AttributeProto', 'repeated'],
    domain: [7, 'string'],
  },
  AttributeProto: {
    name: [1, 'string'],
    f: [2, 'float'],
    i: [3, 'int64'],
    ints: [8, 'int64', 'repeated'],
    type: [20, 'int32'],
  },
  TensorProto: {
    dims: [1, 'int64', 'repeated'],
    dataType: [2, 'int32'],
    int64Data: [7, 'int64', 'repeated'],
    name: [8, 'string'],
    externalData: [13, 'StringStringEntryProto', 'repeated'],
    dataLocation: [14, 'int32'],
  },
  StringStringEntryProto: { key: [1, 'string'], value: [2, 'string'] },
  ValueInfoProto: { name: [1, 'string'], type: [2, 'TypeProto'] },
  TypeProto: { tensorType: [1, 'TypeProtoTensor'] },
  TypeProtoTensor: { elemType: [1, 'int32'], shape: [2, 'TensorShapeProto'] },
  TensorShapeProto: { dim: [1, 'Dimension', 'repeated'] },
  Dimension: { dimValue: [1, 'int64'], dimParam: [2, 'string'] },
}

const root = new protobuf.Root()
for (const [name, fields] of Object.entries(messages)) {
  const type = new protobuf.Type(name)
  for (const [field, [id, kind, rule]] of Object.entries(fields)) type.add(new protobuf.Field(field, id, kind, rule))
  root.add(type)
}
const modelProto = root.lookupType('ModelProto')

/** TensorProto.DataType numbers. */
const elementType = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const
export type ElementType = keyof typeof elementType

export interface Tensor {
  name: string
  type: ElementType
  dims: number[]
  /** Where its little-endian values lie in the weights file. */
  offset: number
  bytes: number
}

export interface Node {
  op: string
  inputs: string[]
  outputs: string[]
  /** `com.microsoft` for ONNX Runtime's own operators, empty for standard ones. */
  domain: '' | 'com.microsoft'
  ints: Record<string, number | number[]>
  floats: Record<string, number>
}

export interface Port {
  name: string
  type: ElementType
  /** A number, or the name of a dimension known only at run time. */
  dims: (number | string)[]
}

export interface Graph {
  name: string
  nodes: Node[]
  weights: Tensor[]
  /** Axes and shapes: kept in the graph itself, because shape inference cannot read external values. */
  integers: { name: string; values: number[] }[]
  inputs: Port[]
  outputs: Port[]
}

const attributeType = { float: 1, int: 2, ints: 7 }

const port = ({ name, type, dims }: Port) => {
  const dim = dims.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }))
  return { name, type: { tensorType: { elemType: elementType[type], shape: { dim } } } }
}

const node = ({ op, inputs, outputs, domain, ints, floats }: Node) => ({
  input: inputs,
  output: outputs,
  name: outputs[0],
  opType: op,
  domain,
  attribute: [
    ...Object.entries(floats).map(([name, f]) => ({ name, f, type: attributeType.float })),
    ...Object.entries(ints).map(([name, value]) =>
      Array.isArray(value)
        ? { name, ints: value, type: attributeType.ints }
        : { name, i: value, type: attributeType.int },
    ),
  ],
})

/** The bytes of a .onnx file (opset 17, IR 8) whose weights stay in `weightsFile` beside it. */
export function encodeModel(graph: Graph, weightsFile: string): Uint8Array {
  const integers = graph.integers.map(({ name, values }) => ({
    name,
    dims: [values.length],
    dataType: elementType.int64,
    int64Data: values,
  }))
  const weights = graph.weights.map(({ name, type, dims, offset, bytes }) => ({
    name,
    dims,
    dataType: elementType[type],
    dataLocation: 1,
    externalData: [
      { key: 'location', value: weightsFile },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(bytes) },
    ],
  }))
  const model = {
    irVersion: 8,
    producerName: 'tenfold',
    opsetImport: [
      { domain: '', version: 17 },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: {
      name: graph.name,
      node: graph.nodes.map(node),
      initializer: [...integers, ...weights],
      input: graph.inputs.map(port),
      output: graph.outputs.map(port),
    },
  }
  const reason = modelProto.verify(model)
  if (reason) throw new TypeError(`not an ONNX model: ${reason}`)
  return modelProto.encode(modelProto.create(model)).finish()
}
