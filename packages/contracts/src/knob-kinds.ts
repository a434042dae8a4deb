/** What a knob may be set to. Plain data, so that a search space can be stored, diffed and drawn at random. */
export type KnobDomain =
  | { kind: 'flag' }
  | { kind: 'int'; min: number; max: number; unit: string }
  | { kind: 'real'; min: number; max: number; unit: string }
  | { kind: 'choice'; values: readonly string[] }

export type KnobValue = boolean | number | string

/** A piece of work that can be timed or weighed; a knob names those it can change. */
export type WorkloadName = 'query' | 'store' | 'embed' | 'answer' | 'stream' | 'memory' | 'cold'

export interface Knob<Value extends KnobValue = KnobValue> {
  domain: KnobDomain
  /** What a competent newcomer would run: the honest baseline. */
  default: Value
  /** Levels worth trying, in order. */
  levels: readonly Value[]
  affects: readonly WorkloadName[]
  /** True when results may change, so that the quality guards must be checked. */
  lossy: boolean
  about: string
}

type Rest<Value extends KnobValue> = Omit<Knob<Value>, 'domain' | 'default' | 'lossy'> & { lossy?: boolean }

const make = <Value extends KnobValue>(domain: KnobDomain, value: Value, rest: Rest<Value>): Knob<Value> => ({
  domain,
  default: value,
  ...rest,
  lossy: rest.lossy ?? false,
})

export const flag = (value: boolean, rest: Rest<boolean>): Knob<boolean> => make({ kind: 'flag' }, value, rest)

export const int = (value: number, min: number, max: number, unit: string, rest: Rest<number>): Knob<number> =>
  make({ kind: 'int', min, max, unit }, value, rest)

export const real = (value: number, min: number, max: number, unit: string, rest: Rest<number>): Knob<number> =>
  make({ kind: 'real', min, max, unit }, value, rest)

export const choice = <const Values extends readonly string[]>(
  value: Values[number],
  values: Values,
  rest: Omit<Rest<Values[number]>, 'levels'> & { levels?: readonly Values[number][] },
): Knob<Values[number]> =>
  make<Values[number]>({ kind: 'choice', values }, value, { ...rest, levels: rest.levels ?? values })

/** The allowed range in words, for error messages and tables. */
export function describeDomain(domain: KnobDomain): string {
  switch (domain.kind) {
    case 'flag':
      return 'true or false'
    case 'choice':
      return `one of ${domain.values.join(', ')}`
    case 'int':
      return `a whole number from ${domain.min} to ${domain.max} (${domain.unit})`
    case 'real':
      return `a number from ${domain.min} to ${domain.max} (${domain.unit})`
  }
}

export function isInDomain(domain: KnobDomain, value: unknown): value is KnobValue {
  switch (domain.kind) {
    case 'flag':
      return typeof value === 'boolean'
    case 'choice':
      return typeof value === 'string' && domain.values.includes(value)
    case 'int':
      return Number.isInteger(value) && (value as number) >= domain.min && (value as number) <= domain.max
    case 'real':
      return typeof value === 'number' && value >= domain.min && value <= domain.max
  }
}
