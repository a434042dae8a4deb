import {
  assemble,
  type Code,
  doWhile,
  f32,
  f32x4,
  i8x16,
  i16x8,
  i32,
  i32x4,
  type Local,
  local,
  Variables,
  v128,
  when,
} from './assembler.ts'
import { type Kernels, lanesPerStep, maxPages, rowsPerBlock } from './kernel.ts'

/**
 * The kernels (kernel.ts) as a WebAssembly module. `relaxed`: with fused multiply-add and bare byte look-ups, where the runtime has them.
 * `shared`: over memory that threads share.
 */
export function simdModule(relaxed: boolean, shared: boolean): Uint8Array<ArrayBuffer> {
  const functions: Record<keyof Kernels, ReturnType<typeof dots>> = {
    scanF32: dots(floats(relaxed), consecutive, 1),
    gatherF32: dots(floats(relaxed), chosen, 4),
    // rows side by side share what is loaded of the query, and rows far apart wait for memory together
    scanInt8: dots(relaxed ? bytes : widened, consecutive, 2),
    scanBits: bitSums(relaxed),
  }
  return assemble(functions, parameters.length, maxPages, shared)
}

const parameters = Array.from({ length: 7 }, (_, i) => local(i))
const [query, rows, width, from, count, floor, out] = parameters as [Local, Local, Local, Local, Local, Local, Local]

/** How a step over 16 numbers of a row is added up, and what the score key of the sums is. */
interface Arithmetic {
  /** As many sums as additions that can be under way at once. */
  sums: number
  queryBytes: number
  rowBytes: number
  query(address: Code, i: number): Code
  /** Part i of the query meets as many numbers of the row. */
  accumulate(sum: Code, i: number, row: Code, query: Code): Code
  finish(sums: Code[], total: Local, key: Local): Code
}

const floats = (relaxed: boolean): Arithmetic => ({
  sums: 4,
  queryBytes: 4 * lanesPerStep,
  rowBytes: 4 * lanesPerStep,
  query: (address, i) => v128.load(address, 16 * i),
  accumulate(sum, i, row, query) {
    const numbers = v128.load(row, 16 * i)
    return relaxed ? f32x4.relaxedMultiplyAdd(numbers, query, sum) : f32x4.add(f32x4.mul(numbers, query), sum)
  },
  finish([a, b, c, d], total, key) {
    const lane = (i: number) => f32x4.lane(total.get, i)
    const sum = f32.add(f32.add(lane(0), lane(1)), f32.add(lane(2), lane(3)))
    return [
      ...total.set(f32x4.add(f32x4.add(a!, b!), f32x4.add(c!, d!))),
      // adding 0 turns −0 into 0: both are one score
      ...key.set(i32.bitsOf(f32.add(sum, f32.zero))),
      // negative floats order backwards: all their bits turn, of positive ones the first
      ...key.set(i32.xor(key.get, i32.or(i32.shiftRight(key.get, i32.const(31)), topBit))),
    ]
  },
})

const integers = (sums: number) => ({
  sums,
  queryBytes: lanesPerStep,
  rowBytes: lanesPerStep,
  finish(parts: Code[], total: Local, key: Local): Code {
    const lane = (i: number) => i32x4.lane(total.get, i)
    const sum = i32.add(i32.add(lane(0), lane(1)), i32.add(lane(2), lane(3)))
    return [...total.set(parts.reduce(i32x4.add)), ...key.set(i32.xor(sum, topBit))]
  },
})

/** Exact: codes of rows are below 128, so a pair of products fits 16 bits. (The product that adds fours is off by a factor of 2 in V8 11.3.) */
const bytes: Arithmetic = {
  ...integers(1),
  query: (address, i) => v128.load(address, 16 * i),
  accumulate: (sum, i, row, query) => i32x4.add(sum, i32x4.pairSums(i16x8.relaxedDot(query, v128.load(row, 16 * i)))),
}

/** The same sums where there is no product of bytes: both are widened to 16 bits as they are loaded. */
const widened: Arithmetic = {
  ...integers(2),
  query: (address, i) => v128.load8x8(address, 8 * i),
  accumulate: (sum, i, row, query) => i32x4.add(sum, i32x4.dot(v128.load8x8(row, 8 * i), query)),
}

const topBit = i32.const(-(2 ** 31))
const advance = (local: Local, by: number) => local.set(i32.add(local.get, i32.const(by)))
const range = (length: number) => Array.from({ length }, (_, i) => i)

function report(row: Code, key: Code, condition = i32.atLeast(key, floor.get)): Code {
  const words = [...i32.store(out.get, i32.xor(row, i32.const(-1))), ...i32.store(out.get, key, 4)]
  return when(condition, [...words, ...advance(out, 8)])
}

const consecutive = (i: Code) => i32.add(from.get, i)
const chosen = (i: Code) => i32.load(i32.add(from.get, i32.mul(i, i32.const(4))))

function dots(arithmetic: Arithmetic, rowNumber: (i: Code) => Code, atOnce: number) {
  const variables = new Variables(parameters.length)
  const i = variables.declare('i32')
  const together = atOnce > 1 ? loop(atOnce) : []
  return { variables, body: [...together, ...loop(1), ...out.get] }

  /** As long as there are `group` rows. */
  function loop(group: number): Code {
    const more = i32.below(i32.add(i.get, i32.const(group - 1)), count.get)
    return when(more, doWhile(eachRows(group), more))
  }
  function eachRows(group: number): Code {
    const { sums, queryBytes, rowBytes, query: loaded, accumulate, finish } = arithmetic
    const [asked, end, key] = range(3).map(() => variables.declare('i32')) as [Local, Local, Local]
    const total = variables.declare('v128')
    const queryParts = range(sums).map(() => variables.declare('v128'))
    const all = range(group).map((n) => ({
      index: i32.add(i.get, i32.const(n)),
      number: variables.declare('i32'),
      at: variables.declare('i32'),
      parts: range(sums).map(() => variables.declare('v128')),
    }))
    const step = [
      ...queryParts.flatMap((part, n) => part.set(loaded(asked.get, n))),
      ...all.flatMap(({ at, parts }) => [
        ...parts.flatMap((part, n) => part.set(accumulate(part.get, n, at.get, queryParts[n]!.get))),
        ...advance(at, rowBytes),
      ]),
      ...advance(asked, queryBytes),
    ]
    return [
      ...all.flatMap(({ index, number, at, parts }) => [
        ...number.set(rowNumber(index)),
        ...at.set(i32.add(rows.get, i32.mul(number.get, width.get))),
        ...parts.flatMap((part) => part.set(v128.zero)),
      ]),
      ...asked.set(query.get),
      ...end.set(i32.add(all[0]!.at.get, width.get)),
      ...doWhile(step, i32.below(all[0]!.at.get, end.get)),
      ...all.flatMap(({ number, parts }) => [
        ...finish(
          parts.map((part) => part.get),
          total,
          key,
        ),
        ...report(number.get, key.get),
      ]),
      ...advance(i, group),
    ]
  }
}

/**
 * Sums of table entries for 16 rows at once. A byte of a row names two entries: its low four bits one of the first 16, its high
 * four bits one of the next 16. Entries are at most 63, so four fit a byte; even and odd rows are then added with 16 bits each.
 */
function bitSums(relaxed: boolean) {
  const variables = new Variables(parameters.length)
  const [i, at, end, table] = range(4).map(() => variables.declare('i32')) as [Local, Local, Local, Local]
  const [bytes, four, even, odd] = range(4).map(() => variables.declare('v128')) as [Local, Local, Local, Local]
  // said once, so that they stay in registers
  const [nibble, byte, least] = range(3).map(() => variables.declare('v128')) as [Local, Local, Local]
  const lookUp = relaxed ? i8x16.relaxedSwizzle : i8x16.swizzle
  const pair = (n: number) => {
    const low = lookUp(v128.load(table.get, 32 * n), v128.and(bytes.get, nibble.get))
    const high = lookUp(
      v128.load(table.get, 32 * n + 16),
      v128.and(i16x8.shiftRight(bytes.get, i32.const(4)), nibble.get),
    )
    return [v128.load(at.get, 16 * n), i8x16.add(low, high)] as const
  }
  const [[first, sumOfFirst], [second, sumOfSecond]] = [pair(0), pair(1)]
  const step = [
    ...bytes.set(first),
    ...four.set(sumOfFirst),
    ...bytes.set(second),
    ...four.set(i8x16.add(four.get, sumOfSecond)),
    ...even.set(i16x8.add(even.get, v128.and(four.get, byte.get))),
    ...odd.set(i16x8.add(odd.get, i16x8.shiftRight(four.get, i32.const(8)))),
    ...advance(at, 32),
    ...advance(table, 64),
  ]
  const good = (sums: Local) => i16x8.atLeast(sums.get, least.get)
  const reportRow = (n: number) => {
    const key = i16x8.lane(n % 2 === 0 ? even.get : odd.get, n >> 1)
    const index = i32.add(i.get, i32.const(n))
    return report(i32.add(from.get, index), key, i32.and(i32.atLeast(key, floor.get), i32.below(index, count.get)))
  }
  const eachBlock = [
    ...end.set(i32.add(at.get, width.get)),
    ...table.set(query.get),
    ...even.set(v128.zero),
    ...odd.set(v128.zero),
    ...doWhile(step, i32.below(at.get, end.get)),
    ...when(v128.any(v128.or(good(even), good(odd))), range(rowsPerBlock).flatMap(reportRow)),
    ...advance(i, rowsPerBlock),
  ]
  const start = [
    ...nibble.set(i8x16.splat(i32.const(15))),
    ...byte.set(i16x8.splat(i32.const(255))),
    ...least.set(i16x8.splat(floor.get)),
    ...at.set(i32.add(rows.get, i32.mul(i32.shiftRight(from.get, i32.const(4)), width.get))),
  ]
  return { variables, body: [...start, ...doWhile(eachBlock, i32.below(i.get, count.get)), ...out.get] }
}
