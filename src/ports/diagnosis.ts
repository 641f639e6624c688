/** What `doctor` finds: checks in groups, each passed, doubtful or failed, with what to do. Plain data; it never writes anywhere. */
import type { ErrorReport } from './report.ts'

export const CHECK_GROUPS = [
  'runtime',
  'configuration',
  'database',
  'nextcloud',
  'exchange',
  'mailbox',
  'guards',
] as const
export type CheckGroup = (typeof CHECK_GROUPS)[number]

/** `skip`: it could not be tried because of what is named in `detail`. `error`: what happened, in the words of errors. */
export type Check = {
  group: CheckGroup
  name: string
  verdict: 'pass' | 'warn' | 'fail' | 'skip'
  detail: string
  fix: string | null
  error?: ErrorReport
}

/** `skewMs`: the server's clock minus ours, to the second; null when the answer had no date. */
export type ServerLook = { host: string; skewMs: number | null }
export type NextcloudLook = ServerLook & { version: string | null; maintenance: boolean }

/** What the Nextcloud app says of itself; `skewMs` as above. */
export type AppLook = {
  version: string
  nextcloud: string
  serviceAccount: string
  isRotating: boolean
  skewMs: number
  schedulingAuthority: 'nextcloud' | 'exchange'
}

/** Looks at servers without signing in, and at Nextcloud's app with its signature. Each throws ConnectorError. */
export type Probe = {
  nextcloud(): Promise<NextcloudLook>
  /** Null where autodiscover says the address, for each mailbox. */
  exchange(): Promise<ServerLook | null>
  /** One signed request, as the service account; null where no app is configured. */
  app(): Promise<AppLook | null>
  close(): Promise<void>
}
