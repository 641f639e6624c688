/**
 * Reads the settings of another connector (Sendent's has the same kind of keys) and says of each what became of it. Pure.
 * Values are taken only where they mean the same here; nothing is guessed, and what is not known is named.
 */
import { nearest } from './nearest.ts'
import { KEY_NAMES, type Key, specOf } from './schema.ts'
import { SECRET_SUFFIXES } from './secret.ts'

/** `changed`: taken, but not as it was written. `left`: known, and of no use here. `name`: as it was written. */
export type Fate =
  | { kind: 'taken'; name: string; key: Key }
  | { kind: 'changed'; name: string; key: Key; why: string }
  | { kind: 'left'; name: string; why: string }
  | { kind: 'invalid'; name: string; key: Key; why: string }
  | { kind: 'unknown'; name: string; near: string | null }

export type Imported = { values: ReadonlyMap<string, string>; fates: readonly Fate[] }

/** Settings of Sendent's connector that have no place here, by what their names hold. First match counts. */
const OF_NO_USE: readonly [RegExp, string][] = [
  [/^(?:ASPNETCORE|DOTNET|COMPOSE|TZ$)/i, 'belongs to the runtime of the old connector'],
  [/primary/i, 'no replica is the first among equals here: all share one database'],
  [/(?:hosting|hosttype|binaries)/i, 'how it is hosted makes no difference here'],
  [/(?:instance|worker|service__)(?:name|id)$/i, 'replicas name themselves'],
  [/databasetype|provider$/i, 'told by the connection string'],
  [/licen[cs]e/i, 'there is no licence key'],
]

const DATABASE = 'Service__DatabaseConfiguration__ConnectionString'
const NEW_DATABASE =
  'the state of the old connector cannot be used; a new database is made, and the first sync links what is on both sides already'
const FOLDER_OF_ADMINS = 'Service__ExchangeConfiguration__AdminsFile'

export function importSettings(source: Readonly<Record<string, string | undefined>>): Imported {
  const values = new Map<string, string>()
  const fates = Object.entries(source).map(([name, text = '']) => {
    const { fate, value } = fateOf(name, text.trim())
    if (value) values.set(value[0], value[1])
    return fate
  })
  return { values, fates }
}

type Judged = { fate: Fate; value?: readonly [string, string] }

function fateOf(name: string, text: string): Judged {
  const key = KEY_NAMES.find((known) => known.toLowerCase() === name.toLowerCase())
  if (key !== undefined) return judged(name, key, text)
  const form = secretForm(name)
  if (form) return { fate: { kind: 'taken', name, key: form.key }, value: [form.key + form.suffix, text] }
  const why = OF_NO_USE.find(([shape]) => shape.test(name))?.[1]
  if (why !== undefined) return { fate: { kind: 'left', name, why } }
  return { fate: { kind: 'unknown', name, near: nearest(name, KEY_NAMES) } }
}

function secretForm(name: string): { key: Key; suffix: string } | null {
  for (const suffix of SECRET_SUFFIXES) {
    const key = KEY_NAMES.find((known) => specOf(known).secret && `${known}${suffix}` === name)
    if (key !== undefined) return { key, suffix }
  }
  return null
}

function judged(name: string, key: Key, text: string): Judged {
  if (text === '') return { fate: { kind: 'left', name, why: 'it is empty' } }
  if (key === DATABASE && !/^(?:sqlite:|postgres(?:ql)?:\/\/)/.test(text))
    return { fate: { kind: 'left', name, why: NEW_DATABASE } }
  if (key === FOLDER_OF_ADMINS) return { fate: { kind: 'taken', name, key } }
  const { schema, allowed, secret } = specOf(key)
  // Compose reads `$$` as a dollar sign; we read the file itself.
  const plain = text.replaceAll('$$', '$')
  const parsed = schema.safeParse(plain)
  if (!parsed.success) {
    const shown = secret ? 'the value' : `"${plain.slice(0, 60)}"`
    return { fate: { kind: 'invalid', name, key, why: `${shown} is not allowed here; allowed: ${allowed}` } }
  }
  const changes = [
    ...(plain === text ? [] : ['$$ was written as $: .env is read without Compose']),
    ...(name === key ? [] : ['the case of the name']),
  ]
  const fate: Fate =
    changes.length === 0 ? { kind: 'taken', name, key } : { kind: 'changed', name, key, why: changes.join('; ') }
  return { fate, value: [key, plain] }
}
