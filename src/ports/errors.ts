/** The closed list of what can go wrong, as data. Texts, exit codes and next steps are written once, in src/cli/errors. */
import type { Log } from './log.ts'

export const ERROR_CODES = [
  'config.invalid',
  'config.unknown-key',
  'config.secret',
  'config.file',
  'config.exists',
  'usage.unknown-user',
  'usage.bad-file',
  'usage.unknown-id',
  'usage.paused',
  'usage.nothing-archived',
  'usage.unlinked-collection',
  'usage.bad-plan',
  'usage.cannot-write',
  'guard.plan-changed',
  'state.unreachable',
  'state.locked',
  'state.disk-full',
  'state.newer-schema',
  'state.not-initialised',
  'state.corrupt',
  'state.key-missing',
  'lease.held',
  'lease.lost',
  'lease.account-full',
  'exchange.unreachable',
  'exchange.timeout',
  'exchange.tls',
  'exchange.sign-in',
  'exchange.account-resting',
  'exchange.account-disabled',
  'exchange.ews-blocked',
  'exchange.impersonation-denied',
  'exchange.unknown-mailbox',
  'exchange.mailbox-moving',
  'exchange.access-denied',
  'exchange.discovery',
  'exchange.discovery-host',
  'exchange.throttled',
  'exchange.folder-not-found',
  'exchange.item-refused',
  'exchange.bad-response',
  'exchange.not-ews',
  'exchange.truncated',
  'exchange.too-large',
  'exchange.redirect',
  'exchange.server-error',
  'exchange.schema',
  'exchange.version',
  'nextcloud.unreachable',
  'nextcloud.timeout',
  'nextcloud.tls',
  'nextcloud.sign-in',
  'nextcloud.access-denied',
  'nextcloud.collection-not-found',
  'nextcloud.quota',
  'nextcloud.throttled',
  'nextcloud.item-refused',
  'nextcloud.bad-response',
  'nextcloud.truncated',
  'nextcloud.too-large',
  'nextcloud.redirect',
  'nextcloud.server-error',
  'nextcloud.app-missing',
  'nextcloud.app-not-ready',
  'nextcloud.app-account',
  'nextcloud.app-secret',
  'nextcloud.app-clock',
  'nextcloud.app-replay',
  'nextcloud.app-consent',
  'nextcloud.user-disabled',
  'item.unreadable',
  'item.not-representable',
  'item.duplicate-uid',
  'item.changed-meanwhile',
  'guard.halted',
  'limit.reached',
  'stopped',
  'bug',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** Fields of an error: shown to the administrator, so never a secret, a body or an attendee. */
export type ErrorFields = Readonly<Record<string, string | number | boolean | undefined>>

/** The one error type of the connector. `detail` is the other system's own words where they help, already stripped of secrets. */
export class ConnectorError extends Error {
  override readonly name = 'ConnectorError'
  readonly code: ErrorCode
  readonly fields: ErrorFields

  constructor(code: ErrorCode, fields: ErrorFields = {}, cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause })
    this.code = code
    this.fields = fields
  }
}

/**
 * What is wrong with one item. An error without a name is a bug of ours: it is logged, without its message, which may quote the item,
 * and it stops this item only (I23).
 */
export function itemError(error: unknown, log: Pick<Log, 'error'>): ConnectorError {
  if (error instanceof ConnectorError && error.code !== 'bug') return error
  const name = error instanceof Error ? error.name : typeof error
  const stack = error instanceof Error ? error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) : undefined
  log.error({ name, stack: stack?.join('\n') }, 'unexpected error of one item')
  return new ConnectorError('item.unreadable', { reason: 'bug', detail: name }, error)
}

/** For the end of an exhaustive switch over a union. */
export function unreachable(value: never): never {
  throw new ConnectorError('bug', { where: 'unreachable', value: JSON.stringify(value) ?? 'undefined' })
}
