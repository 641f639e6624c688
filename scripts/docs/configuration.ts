/** Writes `.env.example` and the configuration reference from the schema, so that neither can lag behind it. */
import { KEY_NAMES, type Key, specOf } from '../../src/config/schema.ts'

const SECTIONS: Readonly<Record<string, string>> = {
  '': 'What is synced, and how',
  SensitiveSyncConfiguration: 'Sensitive sync',
  SyncWindow: 'Window',
  ExchangeConfiguration: 'Exchange',
  NextcloudConfiguration: 'Nextcloud',
  DatabaseConfiguration: 'Database',
  ArchiveConfiguration: 'Archive',
  HttpConfiguration: 'HTTP server of the daemon',
  LoggingConfiguration: 'Logs',
  Guards: 'Guards',
  Secondary: 'Deployment',
}

function sectionOf(key: Key): string {
  if (key.startsWith('Secondary_')) return 'Secondary'
  const parts = key.split('__')
  return parts.length > 2 ? (parts[1] ?? '') : ''
}

function bySection(): [title: string, keys: Key[]][] {
  return Object.entries(SECTIONS).map(([section, title]) => [
    title,
    KEY_NAMES.filter((key) => sectionOf(key) === section),
  ])
}

function exampleLines(key: Key): string[] {
  const { meaning, allowed, fallback, secret, example } = specOf(key)
  const forms = secret ? [`# Secret: also as ${key}_FILE or ${key}_COMMAND.`] : []
  return [`# ${meaning}`, `# Allowed: ${allowed}.`, ...forms, `# ${key}=${fallback ?? example ?? ''}`, '']
}

/** Everything is commented out: what stands in the file is a decision, the rest are defaults. Only the address has none. */
export function envExample(): string {
  const needed = 'Service__ExchangeConfiguration__EwsUrl'
  const lines = [
    '# Copy this file to .env and set what differs from the default. All keys: docs/reference/configuration.md',
    '',
  ]
  for (const [title, keys] of bySection()) {
    lines.push(`# --- ${title} ---`, '')
    for (const key of keys) {
      const text = exampleLines(key)
      lines.push(...(key === needed ? text.map((line) => line.replace(`# ${key}=`, `${key}=`)) : text))
    }
  }
  return `${lines.join('\n').trimEnd()}\n`
}

function row(key: Key): string {
  const { meaning, allowed, fallback, secret } = specOf(key)
  const kind = secret ? `${allowed}; secret` : allowed
  return `| \`${key}\` | ${meaning} | ${kind.replaceAll('|', '\\|')} | ${fallback === null ? '' : `\`${fallback}\``} |`
}

const INTRODUCTION = `# Configuration

Values come from, in this order: a flag, the environment, \`.env\` in the working directory (or the file of \`--env-file\`), the default.
\`connector config show --origin\` says which value is in force and where it comes from; \`connector config check\` names every problem at once.

- A key that begins with \`Service__\` and is not listed here is an error: a mistyped key must not be ignored.
- An empty value counts as absent; an empty secret is an error.
- A key marked *secret* may come as \`X\` (the value), \`X_FILE\` (a file that holds it) or \`X_COMMAND\` (a command that prints it, within 10 s):
  exactly one of them. One line end is dropped.
- Relative paths start at the working directory; in \`admins.json\` and \`users.json\` at the directory of that file.
- Times without a unit in their name do not exist: seconds, days and per cent are part of the key's name.
`

const FILES = `
## admins.json

The Exchange service accounts that may act for the mailboxes. A list in one file, or a folder of such files:

\`\`\`json
[{ "Username": "svc-connector@example.org", "Password_FILE": "/run/secrets/svc-connector" }]
\`\`\`

On premises each entry has \`Username\` and \`Password\`, in the cloud \`AppId\`, \`ClientSecret\` and optionally \`TenantId\`; secrets also with \`_FILE\`
and \`_COMMAND\`. Accounts and applications are not mixed, and no name is listed twice.

## users.json

The enrolled users. Only these mailboxes are ever touched:

\`\`\`json
[
  {
    "Email": "anna@example.org",
    "DavUrl": "https://cloud.example.org/remote.php/dav",
    "Username": "anna",
    "AppPassword_FILE": "/run/secrets/anna"
  }
]
\`\`\`

\`Email\` is the primary SMTP address of the mailbox. \`AppPassword\` is made by the user in Nextcloud under *Settings, Security*; it can be revoked
there at any time. \`TimeZone\` (optional, IANA) is the zone for times without a zone.

\`Calendars\`, \`TaskLists\` and \`AddressBooks\` (optional) choose what is linked; without one the default of each side is:

\`\`\`json
"Calendars": [
  { "Exchange": "Calendar", "Nextcloud": "personal" },
  { "Exchange": "Projects" },
  { "Nextcloud": "club", "Exchange": "Club", "Direction": "to-exchange" },
  { "Exchange": "*" }
],
"TaskLists": [{ "Exchange": "Tasks" }, { "Exchange": "*", "Nextcloud": "*" }],
"AddressBooks": []
\`\`\`

| key | meaning |
|---|---|
| \`Exchange\` | name of the folder; \`Calendar\`, \`Tasks\`, \`Contacts\` (or no name) are the default ones in any language; \`*\` are all others |
| \`Nextcloud\` | last part of its address, or its name; without it one is found by the folder's name, else made. \`*\` (with \`*\` for Exchange): your further own ones get a folder |
| \`Direction\` | \`both\` (default), \`to-nextcloud\` or \`to-exchange\`: the original is never written, edits of the copy are undone and kept in the archive |

A named folder that is not there is made when the collection named with it is. An empty list of task lists or address books syncs none. Shared,
subscribed and generated collections are never linked, nor what is in the trash. What is chosen no longer is left as it is on both sides. How a
deleted collection goes on: [decision 15](../decisions/0015-collections.md).
`

/** docs/reference/configuration.md */
export function configurationPage(): string {
  const tables = bySection().map(
    ([title, keys]) =>
      `## ${title}\n\n| key | meaning | allowed | default |\n|---|---|---|---|\n${keys.map(row).join('\n')}\n`,
  )
  return `${INTRODUCTION}\n${tables.join('\n')}${FILES}`
}
