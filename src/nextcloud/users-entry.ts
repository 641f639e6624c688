/** One entry of `users.json`: its keys, and what is wrong with it, in words that name the key. */
import { z } from 'zod'
import { CHOICE_KEYS, choiceProblems, repeated } from './users-choices.ts'

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
  ...CHOICE_KEYS,
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
  problems.push(...choiceProblems(entry))
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
