/** One entry of `users.json`: its keys, and what is wrong with it, in words that name the key. */
import { z } from 'zod'

/** An Exchange calendar folder: the mailbox's default one, one by its name, or all that no other link names. */
export type ExchangeCalendar = { kind: 'default' } | { kind: 'folder'; name: string } | { kind: 'others' }

/** `nextcloud`: URL segment or display name; null = chosen by `linkCalendars`. */
export type CalendarLink = { exchange: ExchangeCalendar; nextcloud: string | null }

const text = z.string().trim().min(1, 'is empty')
const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .refine((url) => !URL.canParse(url) || new URL(url).username === '', 'must not contain a user name or password')

export const ENTRY = z.strictObject({
  Email: z.email('must be an e-mail address').toLowerCase(),
  DavUrl: httpUrl.optional(),
  Username: text,
  AppPassword: text.optional(),
  AppPassword_FILE: text.optional(),
  AppPassword_COMMAND: text.optional(),
  Calendars: z
    .array(z.strictObject({ Exchange: text.default('Calendar'), Nextcloud: text.optional() }))
    .min(1, 'is empty; remove it to sync the default calendar, or remove the user')
    .optional(),
  TimeZone: z.string().refine(isZone, 'must be an IANA time zone such as Europe/Berlin').optional(),
})
export type Entry = z.infer<typeof ENTRY>

export function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return `unknown key ${issue.keys.join(', ')}; known: ${Object.keys(ENTRY.shape).join(', ')}`
  }
  const key = issue.path.join('.')
  return key ? `${key} ${issue.message}` : issue.message
}

/** What the schema alone cannot say. */
export function entryProblems(entry: Entry, defaultDavUrl: string | undefined): string[] {
  const problems: string[] = []
  const forms = [entry.AppPassword, entry.AppPassword_FILE, entry.AppPassword_COMMAND].filter(
    (form) => form !== undefined,
  )
  if (forms.length !== 1) {
    problems.push('needs exactly one of AppPassword, AppPassword_FILE, AppPassword_COMMAND')
  }
  if (!entry.DavUrl && !defaultDavUrl) problems.push('needs DavUrl (no Service__NextcloudConfiguration__Url is set)')
  const links = linksOf(entry)
  problems.push(
    ...repeated(links.map(({ exchange }) => keyOf(exchange))).map(
      (name) => `Calendars names the Exchange calendar ${name} twice`,
    ),
  )
  const targets = links.flatMap(({ nextcloud }) => (nextcloud === null ? [] : [nextcloud.toLowerCase()]))
  problems.push(...repeated(targets).map((name) => `Calendars names the Nextcloud calendar ${name} twice`))
  if (links.some(({ exchange, nextcloud }) => exchange.kind === 'others' && nextcloud !== null)) {
    problems.push(
      'Calendars: "*" links each further Exchange calendar with one of the same name, so it takes no Nextcloud',
    )
  }
  return problems
}

/** One mailbox in two accounts would be synced twice; one account for two mailboxes would mix two people's calendars. */
export function duplicates(entries: readonly Entry[], defaultDavUrl: string | undefined): string[] {
  const account = (entry: Entry) => {
    const url = entry.DavUrl ?? defaultDavUrl ?? ''
    return `${entry.Username.toLowerCase()} at ${URL.canParse(url) ? new URL(url).host : url}`
  }
  return [
    ...repeated(entries.map((entry) => entry.Email)).map((email) => `${email} is there twice`),
    ...repeated(entries.map(account)).map((name) => `the Nextcloud user ${name} is there for two mailboxes`),
  ]
}

/** Each value that is there more than once, named once. */
function repeated(values: readonly string[]): string[] {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const value of values) (seen.has(value) ? twice : seen).add(value)
  return [...twice]
}

/** Without `Calendars` the default calendar alone: further folders are opt-in. */
export function linksOf(entry: Entry): CalendarLink[] {
  const given = entry.Calendars ?? [{ Exchange: 'Calendar' }]
  return given.map(({ Exchange, Nextcloud }) => ({
    exchange: exchangeCalendar(Exchange),
    nextcloud: Nextcloud ?? null,
  }))
}

/** `Calendar` is the default folder in whatever language the mailbox calls it. */
function exchangeCalendar(name: string): ExchangeCalendar {
  if (name === '*') return { kind: 'others' }
  return name.toLowerCase() === 'calendar' ? { kind: 'default' } : { kind: 'folder', name }
}

function keyOf(exchange: ExchangeCalendar): string {
  if (exchange.kind === 'folder') return exchange.name.toLowerCase()
  return exchange.kind === 'default' ? 'Calendar' : '*'
}

function isZone(zone: string): boolean {
  try {
    return (
      new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '' &&
      /^(?:UTC|[A-Z][^+]*\/.+)$/.test(zone)
    )
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
