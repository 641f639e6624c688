/** What `pool test` found: a table of accounts, then every trouble once with the next thing to do. */
import { ConnectorError } from '../../ports/errors.ts'
import type { AccountCheck, PoolCause, PoolReport, PoolStep } from '../../ports/pool-report.ts'
import type { ErrorReport } from '../../ports/report.ts'
import { describeError } from '../errors.ts'
import type { Redact } from '../redact.ts'
import { renderEndpoints } from './endpoints.ts'
import { safe, table, wrap } from './text.ts'
import type { View } from './view.ts'

type PoolView = View & { redact: Redact }

const CAUSES: Readonly<Record<PoolCause, string>> = {
  'extended-protection':
    'Extended Protection: the domain gave a ticket, but Exchange refused it. It wants the sign-in bound to the TLS channel, which Kerberos here cannot do. Use NTLM (ExchangeType 4), or set ExtendedProtectionTokenChecking of the EWS virtual directory to Allow. The service principal may also belong to another account: setspn -Q HTTP/HOST.',
  'extended-protection-or-password':
    'The password is wrong, or Extended Protection is required and a proxy between ends TLS with another certificate (or there is no TLS): then no client can sign in. Connect to the server itself, or correct the password.',
  'clock-skew':
    'The clocks differ by more than 5 minutes: tickets and tokens are refused. Set this machine or the server right (NTP).',
  'missing-role':
    'The role ApplicationImpersonation is missing: New-ManagementRoleAssignment (docs/exchange-access.md).',
  'outside-scope':
    'Some mailboxes are outside the scope of the role assignment: add them to its group, or widen CustomRecipientWriteScope.',
  'wrong-audience':
    'The token is for another service: set Service__ExchangeConfiguration__Audience to the address of Exchange, such as https://outlook.office365.com.',
  'ews-blocked':
    'Exchange Online blocks EWS since October 2026 unless the tenant put this application on its allow list (until 1 April 2027): docs/exchange-access.md, "Microsoft 365".',
  'missing-permission':
    'The application lacks full_access_as_app of Office 365 Exchange Online, or the consent of an administrator for it.',
  'scheme-not-offered':
    'The server does not offer the configured sign-in, so no password was tried. Choose one that it offers (ExchangeType), or enable it: Set-WebServicesVirtualDirectory.',
  'certificate-ends': 'The certificate of the server ends within two weeks.',
}

const MARKS: Readonly<Record<PoolStep['outcome'], string>> = {
  ok: 'ok',
  warning: 'look',
  failed: 'FAILED',
  skipped: '-',
}

export function renderPool({ host, accounts, endpoints }: PoolReport, view: PoolView): string {
  const nameOf = accountNames(accounts)
  const rows = accounts.map((account) => [safe(nameOf(account)), ...cells(account)])
  const max = Math.max(16, Math.floor(view.width / 4))
  const titles = ['account', 'reach', 'tls', 'sign-in', 'version', 'mailboxes', 'at once', 'median']
  const list = table(
    titles.map((title, at) => (at === 0 ? { title, max } : { title })),
    rows,
    view.width,
  )
  const troubles = accounts.flatMap((account) => troublesOf(account, view))
  const good = accounts.filter(isGood).length
  const mailboxes = renderMailboxes(accounts, view)
  const parts = [
    `${safe(host)}\n\n${list}`,
    renderEndpoints(endpoints, view),
    mailboxes,
    ...new Set(troubles),
    `${good} of ${accounts.length} accounts can be used`,
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** With the server where there are several. */
function accountNames(accounts: readonly AccountCheck[]): (account: AccountCheck) => string {
  const hosts = new Set(accounts.map(({ host }) => host))
  return ({ account, host }) => (hosts.size > 1 ? `${account} @ ${host ?? '-'}` : account)
}

function cells(account: AccountCheck): string[] {
  const step = (name: PoolStep['name']) => account.steps.find((one) => one.name === name)
  const mark = (name: PoolStep['name']) => MARKS[step(name)?.outcome ?? 'skipped']
  const { throttling, latencyMs } = account
  return [
    mark('reach'),
    step('tls')?.outcome === 'ok' ? (step('tls')?.note.split(',')[0] ?? 'ok') : mark('tls'),
    mark('sign-in'),
    step('version')?.note || '-',
    step('mailboxes')?.note || '-',
    throttling === null ? '-' : `${throttling.answered}/${throttling.tried}`,
    latencyMs === null ? '-' : `${latencyMs.median} ms`,
  ]
}

function isGood({ steps }: AccountCheck): boolean {
  return steps.every(({ outcome }) => outcome === 'ok' || outcome === 'warning')
}

/** What one account of each server saw; the others differ only where they fail, which is told below. */
function renderMailboxes(accounts: readonly AccountCheck[], { width }: PoolView): string {
  const hosts = [...new Set(accounts.map(({ host }) => host))]
  const best = hosts.flatMap((host) => {
    const here = accounts.filter((account) => account.host === host)
    return here.sort((one, other) => readable(other) - readable(one))[0]?.mailboxes ?? []
  })
  if (best.length === 0) return ''
  const rows = best.map(({ email, counts, mayWrite }) => [
    safe(email),
    ...(['calendar', 'tasks', 'contacts'] as const).map((kind) => String(counts?.[kind] ?? '-')),
    mayWrite === null ? '-' : mayWrite ? 'yes' : 'NO',
  ])
  const number = (title: string) => ({ title, align: 'right' as const })
  return table(
    [{ title: 'mailbox', max: 40 }, number('calendar'), number('tasks'), number('contacts'), { title: 'may write' }],
    rows,
    width,
  )
}

function readable({ mailboxes }: AccountCheck): number {
  return mailboxes.filter(({ error }) => error === null).length
}

function troublesOf({ account, steps, causes, mailboxes }: AccountCheck, view: PoolView): string[] {
  const errors = steps.flatMap(({ name, outcome, error }) =>
    outcome === 'failed' && name !== 'mailboxes' && error ? [error] : [],
  )
  const told = [
    ...errors.map((error) => words({ ...error, fields: { account, ...error.fields } }, view)),
    ...mailboxes.flatMap(({ email, error }) =>
      error ? [words({ ...error, fields: { mailbox: email, account, ...error.fields } }, view)] : [],
    ),
  ]
  return [...told, ...causes.map((cause) => wrap(`Cause: ${CAUSES[cause]}`, view.width))]
}

function words({ code, fields }: ErrorReport, { redact, width }: PoolView): string {
  const { message, next } = describeError(new ConnectorError(code, fields), redact)
  return `${wrap(safe(message), width)}\n${wrap(`Next: ${next}`, width)}`
}
