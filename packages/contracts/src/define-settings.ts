import type { z } from 'zod'
import type { settingsSchema } from './settings.ts'

/** Types the object in tenfold.config.ts. */
export function defineSettings(settings: z.input<typeof settingsSchema>): z.input<typeof settingsSchema> {
  return settings
}
