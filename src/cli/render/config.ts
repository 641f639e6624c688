/** The configuration in force, with the origin of every value and without secrets. */
import type { Entry } from '../../config/layers.ts'
import { safe } from './text.ts'

export type ShownEntry = { key: string; value: string | null; origin: Entry['origin'] }

const FORMS = { value: 'set', file: 'set, from a file', command: 'set, from a command' } as const

/** Secrets are told as set or not. A default is no secret. */
export function shownEntry({ key, origin, form, text, secret }: Entry): ShownEntry {
  return { key, value: secret && origin !== 'default' ? `*** (${FORMS[form]})` : text, origin }
}

export function renderConfig(entries: readonly Entry[], withOrigin: boolean): string {
  return entries
    .map(shownEntry)
    .map(({ key, value, origin }) => `${key}=${value === null ? '' : safe(value)}${withOrigin ? `  # ${origin}` : ''}`)
    .join('\n')
}
