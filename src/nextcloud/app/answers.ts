/** The forms of the app's answers (nextcloud-app/openapi.json). Read strictly where something depends on it, and open for fields to come. */
import * as z from 'zod'

const count = z.number().int().min(0)
const seconds = z.number().min(0)

export const PING = z.object({
  app: z.string(),
  nextcloud: z.string(),
  time: z.number(),
  serviceAccount: z.string(),
  secrets: z.object({ current: z.string(), previous: z.string().nullable() }),
  features: z.array(z.string()),
  schedulingAuthority: z.enum(['nextcloud', 'exchange']),
  limits: z.object({ batchRequests: count, batchBytes: count, eventBytes: count, cardBytes: count }),
  journalPending: count,
})
export type Ping = z.infer<typeof PING>

export const COLLECTION_KINDS = ['calendar', 'tasks', 'contacts'] as const

const CHOICE = z.object({
  kind: z.enum(COLLECTION_KINDS),
  exchange: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('default') }),
    z.object({ kind: z.literal('folder'), name: z.string().min(1) }),
    z.object({ kind: z.literal('others') }),
  ]),
  nextcloud: z.string().min(1).nullable(),
  direction: z.enum(['both', 'to-nextcloud', 'to-exchange']),
})
export type AppChoice = z.infer<typeof CHOICE>

const USER = z.object({
  uid: z.string().min(1),
  displayName: z.string(),
  email: z.string().nullable(),
  identity: z.object({ source: z.enum(['admin', 'directory', 'proof']), at: seconds }).nullable(),
  state: z.enum(['active', 'paused', 'withdrawn']),
  withdrawal: z.enum(['keep', 'remove']).nullable(),
  enabled: z.boolean(),
  timeZone: z.string().nullable(),
  consentedAt: seconds.nullable(),
  updatedAt: seconds,
  choices: z.array(CHOICE),
})
export type AppUser = z.infer<typeof USER>

export const USERS = z.object({ users: z.array(USER), next: z.string().nullable() })

const COLLECTION = z.object({
  kind: z.enum(['calendar', 'contacts']),
  uri: z.string(),
  path: z.string(),
  displayName: z.string(),
  color: z.string().nullable(),
  components: z.array(z.string()),
  isOwn: z.boolean(),
  isWritable: z.boolean(),
  isShared: z.boolean(),
  isSubscription: z.boolean(),
  isDeleted: z.boolean(),
  syncToken: z.string().nullable(),
})
export type AppCollection = z.infer<typeof COLLECTION>
export const COLLECTIONS = z.object({ collections: z.array(COLLECTION) })

const PART = z.object({
  status: z.number().int().min(100).max(599),
  // PHP writes an empty map as an empty list.
  headers: z.preprocess((value) => (Array.isArray(value) ? {} : value), z.record(z.string(), z.string())),
  body: z.string().nullable(),
})
export type BatchPart = z.infer<typeof PART>
export const BATCH = z.object({ responses: z.array(PART) })

const ENTRY = z.object({
  id: z.number().int(),
  uid: z.string(),
  kind: z.enum(['calendar', 'contacts']),
  collection: z.string(),
  object: z.string().nullable(),
  op: z.enum(['create', 'update', 'delete']),
  origin: z.enum(['user', 'connector']),
  at: seconds,
})
export type JournalEntry = z.infer<typeof ENTRY>
export const JOURNAL = z.object({ entries: z.array(ENTRY), more: z.boolean() })

const COMMAND_BASE = { id: z.number().int(), uid: z.string(), email: z.string().nullable() }
const COMMAND = z.discriminatedUnion('kind', [
  // PHP writes an empty object as an empty list.
  z.object({ ...COMMAND_BASE, kind: z.literal('sync-now'), args: z.unknown() }),
  z.object({ ...COMMAND_BASE, kind: z.literal('restore-conflict'), args: z.object({ conflictId: z.string() }) }),
  z.object({
    ...COMMAND_BASE,
    kind: z.literal('place-proof'),
    args: z.object({ email: z.string(), code: z.string(), expiresAt: seconds }),
  }),
  z.object({ ...COMMAND_BASE, kind: z.literal('withdraw'), args: z.object({ remove: z.boolean() }) }),
])
export type AppCommand = z.infer<typeof COMMAND>
/** A command of an app that is newer than this connector: it is answered, never left to come again for ever. */
const OTHER = z.object({ ...COMMAND_BASE, kind: z.string() }).transform((one) => ({ ...one, kind: 'unknown' as const }))
export type UnknownCommand = z.infer<typeof OTHER>
export const COMMANDS = z.object({ commands: z.array(z.union([COMMAND, OTHER])), more: z.boolean() })

export const WORK = z.object({ journalPending: count, commandsPending: count, usersUpdatedAt: seconds })
export type AppWork = z.infer<typeof WORK>

export const ACKED = z.object({ acked: count })
export const STORED = z.object({ stored: count })
