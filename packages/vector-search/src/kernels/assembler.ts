/**
 * WebAssembly in its binary form, as nested calls: each function takes the code of its operands and returns the code of its
 * result, as one would write the folded text format. Opcodes: WebAssembly core specification 2.0, appendix "Index of instructions".
 */
export type Code = readonly number[]

/** A parameter or local variable of a function. */
export interface Local {
  readonly get: Code
  set(value: Code): Code
}

/** Unsigned LEB128. */
function leb(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]
}

/** Signed LEB128 of a number within ±2³¹. */
function signedLeb(value: number): Code {
  const last = value >= -0x40 && value < 0x40
  return last ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signedLeb(value >> 7)]
}

const sized = (bytes: Code): Code => [...leb(bytes.length), ...bytes]
const list = (items: readonly Code[]): Code => [...leb(items.length), ...items.flat()]
const text = (value: string): Code => sized([...Buffer.from(value)])

type Binary = (a: Code, b: Code) => Code
const binary =
  (...opcode: number[]): Binary =>
  (a, b) => [...a, ...b, ...opcode]
const simd = (opcode: number): Code => [0xfd, ...leb(opcode)]
const lanes = (opcode: number): Binary => binary(...simd(opcode))
/** Memory access: the alignment is a hint, given as none. */
const load =
  (...opcode: number[]) =>
  (address: Code, offset = 0): Code => [...address, ...opcode, 0, ...leb(offset)]

export const i32 = {
  const: (value: number): Code => [0x41, ...signedLeb(value)],
  load: load(0x28),
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x36, 0, ...leb(offset)],
  add: binary(0x6a),
  mul: binary(0x6c),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shiftRight: binary(0x75),
  below: binary(0x49),
  atLeast: binary(0x4f),
  bitsOf: (float: Code): Code => [...float, 0xbc],
}

export const f32 = { zero: [0x43, 0, 0, 0, 0] as Code, add: binary(0x92) }

export const v128 = {
  zero: [...simd(0x0c), ...Array<number>(16).fill(0)] as Code,
  load: load(...simd(0x00)),
  /** 8 signed bytes as 8 16-bit lanes. */
  load8x8: load(...simd(0x01)),
  and: lanes(0x4e),
  or: lanes(0x50),
  any: (a: Code): Code => [...a, ...simd(0x53)],
}
export const i8x16 = {
  splat: (value: Code): Code => [...value, ...simd(0x0f)],
  /** Lane i becomes the byte of `table` that lane i of `index` names. */
  swizzle: lanes(0x0e),
  relaxedSwizzle: lanes(0x100),
  add: lanes(0x6e),
}
export const i16x8 = {
  splat: (value: Code): Code => [...value, ...simd(0x10)],
  lane: (a: Code, index: number): Code => [...a, ...simd(0x19), index],
  atLeast: lanes(0x36),
  shiftRight: lanes(0x8d),
  add: lanes(0x8e),
  /** Products of signed bytes and bytes from 0 to 127, added in pairs. */
  relaxedDot: lanes(0x112),
}
export const i32x4 = {
  lane: (a: Code, index: number): Code => [...a, ...simd(0x1b), index],
  add: lanes(0xae),
  /** Products of 16-bit lanes, added in pairs. */
  dot: lanes(0xba),
  /** 16-bit lanes, added in pairs. */
  pairSums: (a: Code): Code => [...a, ...simd(0x7e)],
}
export const f32x4 = {
  lane: (a: Code, index: number): Code => [...a, ...simd(0x1f), index],
  add: lanes(0xe4),
  mul: lanes(0xe6),
  /** a × b + c, rounded once or twice as the processor likes. */
  relaxedMultiplyAdd: (a: Code, b: Code, c: Code): Code => [...a, ...b, ...c, ...simd(0x105)],
}

export const when = (condition: Code, body: Code): Code => [...condition, 0x04, 0x40, ...body, 0x0b]
/** do { body } while (condition) */
export const doWhile = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b]

const types = { i32: 0x7f, f32: 0x7d, v128: 0x7b }

/** The variables of a function while its body is written. */
export class Variables {
  readonly #types: number[] = []
  readonly #parameters: number

  constructor(parameters: number) {
    this.#parameters = parameters
  }

  declare(type: keyof typeof types): Local {
    return local(this.#parameters + this.#types.push(types[type]) - 1)
  }

  get declarations(): Code {
    return list(this.#types.map((type) => [1, type]))
  }
}

export const local = (index: number): Local => ({
  get: [0x20, ...leb(index)],
  set: (value) => [...value, 0x21, ...leb(index)],
})

/**
 * A module with the exported `functions`, each of `parameters` integers and with an integer as result, over the imported
 * memory `host.memory` of at most `maxPages` pages, which threads may share.
 */
export function assemble(
  functions: Record<string, { variables: Variables; body: Code }>,
  parameters: number,
  maxPages: number,
  shared: boolean,
) {
  const names = Object.keys(functions)
  const section = (id: number, items: readonly Code[]): Code => [id, ...sized(list(items))]
  const signature: Code = [0x60, ...list(Array<Code>(parameters).fill([types.i32])), ...list([[types.i32]])]
  const memory: Code = [...text('host'), ...text('memory'), 0x02, shared ? 0x03 : 0x01, ...leb(1), ...leb(maxPages)]
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [signature]),
    ...section(2, [memory]),
    ...section(
      3,
      names.map(() => [0]),
    ),
    ...section(
      7,
      names.map((name, i) => [...text(name), 0x00, ...leb(i)]),
    ),
    ...section(
      10,
      Object.values(functions).map(({ variables, body }) => sized([...variables.declarations, ...body, 0x0b])),
    ),
  ])
}
