import { PipelineError } from './errors.ts'
import { describeDomain, isInDomain, type Knob } from './knob-kinds.ts'
import { type Config, defaultConfig, knobKeys, knobs, type Patch } from './knobs.ts'

/** A complete configuration from a partial one. Throws CONFIG_UNKNOWN_KEY or CONFIG_OUT_OF_RANGE with the way out. */
export function parseConfig(patch: Record<string, unknown>, base: Config = defaultConfig): Config {
  for (const [key, value] of Object.entries(patch)) {
    const knob = Object.hasOwn(knobs, key) ? (knobs as Record<string, Knob>)[key] : undefined
    if (!knob) {
      throw new PipelineError(
        'CONFIG_UNKNOWN_KEY',
        `unknown key ${JSON.stringify(key)}`,
        `did you mean ${nearest(key)}?`,
      )
    }
    if (!isInDomain(knob.domain, value)) {
      const hint = `${key} takes ${describeDomain(knob.domain)}; its default is ${JSON.stringify(knob.default)}`
      throw new PipelineError('CONFIG_OUT_OF_RANGE', `${key} is ${JSON.stringify(value)}`, hint)
    }
  }
  return { ...base, ...(patch as Patch) }
}

/** The known key sharing the most letter pairs with `wrong` (Dice coefficient). */
function nearest(wrong: string): string {
  const pairs = (text: string) =>
    new Set(Array.from(text.toLowerCase().slice(1), (letter, i) => text[i]!.toLowerCase() + letter))
  const target = pairs(wrong)
  const score = (key: string) => {
    const own = pairs(key)
    return (2 * [...own].filter((pair) => target.has(pair)).length) / (own.size + target.size)
  }
  return knobKeys.reduce((best, key) => (score(key) > score(best) ? key : best))
}
