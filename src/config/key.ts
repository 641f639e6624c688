/** Kinds of configuration values: each says in words what is allowed, so that an error and the reference page cannot differ. */
import * as z from 'zod'

/** `fallback` is the default as it would be written; null = none. `T` includes null where the key may be absent. */
export type KeySpec<T> = {
  schema: z.ZodType<T, string>
  allowed: string
  fallback: string | null
  meaning: string
  secret: boolean
  /** An example for `.env.example` where there is no default. */
  example?: string
}

type Kind<T> = { schema: z.ZodType<T, string>; allowed: string }

/** `read` gives undefined for what is not allowed. */
function kind<T>(allowed: string, read: (text: string) => T | undefined): Kind<T> {
  const schema = z.string().transform((text, context) => {
    const value = read(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: allowed })
    return z.NEVER
  })
  return { schema: schema as z.ZodType<T, string>, allowed }
}

export function wholeNumber(min: number, max: number): Kind<number> {
  return kind(`a whole number from ${min} to ${max}`, (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    return value >= min && value <= max ? value : undefined
  })
}

export function daysOrUnlimited(max: number): Kind<number | null> {
  return kind(`a whole number of days from 0 to ${max}, or unlimited`, (text) => {
    if (text === 'unlimited') return null
    return /^\d{1,9}$/.test(text) && Number(text) <= max ? Number(text) : undefined
  })
}

export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  return kind(`one of ${words.join(', ')}`, (text) => words.find((word) => word === text))
}

/** Numbers that stand for words: `{0: 'full', 1: 'sensitive'}`. */
export function numbered<const T extends string>(words: Readonly<Record<number, T>>): Kind<T> {
  const list = Object.entries(words).map(([number, word]) => `${number} (${word})`)
  return kind(`one of ${list.join(', ')}`, (text) => (/^\d+$/.test(text) ? words[Number(text)] : undefined))
}

/** A sum of powers of two; the value is the list of words that it holds. */
export function bitMask<const T extends string>(words: readonly T[]): Kind<readonly T[]> {
  const list = words.map((word, bit) => `${2 ** bit} (${word})`)
  return kind(`0 or a sum of ${list.join(', ')}`, (text) => {
    const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= 0 && value < 2 ** words.length)) return undefined
    return words.filter((_, bit) => (value & (2 ** bit)) !== 0)
  })
}

export function yesOrNo(): Kind<boolean> {
  return kind('true or false', (text) => (text === 'true' ? true : text === 'false' ? false : undefined))
}

export function words(lengthMax: number): Kind<string> {
  return kind(`a text of 1 to ${lengthMax} characters`, (text) =>
    text !== '' && text.length <= lengthMax ? text : undefined,
  )
}

/** One line, as it is: a password may begin or end with a space. */
export function password(): Kind<string> {
  return kind('one line of 1 to 4000 characters', (text) => (/^[^\r\n]{1,4000}$/.test(text) ? text : undefined))
}

/** Credentials in a URL would end up in logs; they have keys of their own. */
export function httpUrl(): Kind<string> {
  return kind('an absolute https:// URL without a user name, a query or a fragment', (text) => {
    const url = URL.parse(text)
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash)
      return undefined
    return url.href
  })
}

/** Hosts as a sign-in may be shown to them; a wildcard must leave a domain, so that `*.org` allows nobody. In small letters. */
export function hostList(): Kind<readonly string[]> {
  const label = '[a-z0-9]([a-z0-9-]*[a-z0-9])?'
  const host = new RegExp(`^(${label}(\\.${label})*|\\*(\\.${label}){2,})(:\\d{1,5})?$`)
  return kind('host names such as mail.example.org or *.example.org, separated by commas', (text) => {
    const hosts = text.split(',').map((part) => part.trim().toLowerCase())
    return hosts.every((name) => host.test(name)) ? hosts.map((name) => name.replace(/:443$/, '')) : undefined
  })
}

/** In small letters. */
export function cloudMailboxes(): Kind<{ kind: 'discover' } | { kind: 'listed'; entries: readonly string[] }> {
  return kind('discover, or addresses and @domains separated by commas', (text) => {
    if (text.trim() === 'discover') return { kind: 'discover' }
    const entries = text.split(',').map((part) => part.trim().toLowerCase())
    return entries.every((entry) => /^[^\s@,]*@[^\s@,]+\.[^\s@,]+$/.test(entry))
      ? { kind: 'listed', entries }
      : undefined
  })
}

export function syslogUrl(): Kind<string> {
  return kind('udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT', (text) => {
    const url = URL.parse(text)
    const isBare = url !== null && url.hostname !== '' && !url.username && !url.search && !url.hash
    return isBare && /^(udp|tcp|tls):$/.test(url.protocol) && url.pathname.length <= 1 ? text : undefined
  })
}

export function headerList(): Kind<Readonly<Record<string, string>>> {
  return kind('NAME=VALUE, separated by commas', (text) => {
    const pairs = text.split(',').map((part) => /^\s*([A-Za-z0-9-]+)=([\x20-\x7e]+)$/.exec(part))
    if (pairs.some((pair) => pair === null)) return undefined
    return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2]?.trim() ?? '']))
  })
}

export function timeZone(): Kind<string> {
  return kind('an IANA time zone such as Europe/Berlin', (text) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
    } catch {
      return undefined
    }
  })
}

export function base64Key(bytes: number): Kind<string> {
  return kind(`base64 of exactly ${bytes} bytes (openssl rand -base64 ${bytes})`, (text) =>
    /^[A-Za-z0-9+/]+={0,2}$/.test(text) && Buffer.from(text, 'base64').length === bytes ? text : undefined,
  )
}

export function connectionString(): Kind<string> {
  return kind('sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE', (text) =>
    /^sqlite:.+/.test(text) || (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) ? text : undefined,
  )
}

/** A key with a default. */
export function withDefault<T>(kind: Kind<T>, fallback: string, meaning: string): KeySpec<T> {
  return { ...kind, fallback, meaning, secret: false }
}

/** A key that may be absent. */
export function optional<T>(kind: Kind<T>, meaning: string, example?: string): KeySpec<T | null> {
  return { ...(kind as Kind<T | null>), fallback: null, meaning, secret: false, ...(example ? { example } : {}) }
}

/** A secret that may be absent; also as `X_FILE` and `X_COMMAND`. */
export function secret<T>(kind: Kind<T>, meaning: string): KeySpec<T | null> {
  return { ...optional(kind, meaning), secret: true }
}
