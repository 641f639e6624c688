/** What needs the database and the servers: each check asks, none writes. */
import type { AppLook, Check, Probe, ServerLook } from '../../ports/diagnosis.ts'
import type { UserReport } from '../../ports/report.ts'
import type { Connector, MailboxStatus } from '../../ports/service.ts'
import { spanText } from '../render/span.ts'
import { lightOf } from '../render/status.ts'
import { attempt, fail, pass, skip, warn } from './checks.ts'

/** Signatures are refused from 300 s on, Kerberos tickets too; what is off by more than a minute is not kept by NTP. */
const SKEW_WARN_MS = 60_000
const SKEW_FAIL_MS = 300_000
const NEXTCLOUD_MAJORS = { min: 30, max: 34 }
/** Twice the interval in which every collection is compared whole. */
const SCRUB_AGE_MAX_MS = 48 * 3_600_000

export function databaseChecks({ store }: Connector, label: string): Promise<Check[]> {
  return attempt('database', 'tables', async () => {
    await store.check()
    const mailboxes = await store.listMailboxes()
    await store.fingerprintKey()
    return [
      pass('database', 'tables', `up to date in ${label}, ${mailboxes.length} mailboxes`),
      pass('database', 'archive key', 'fits the database'),
    ]
  })
}

export type Looking = { nowMs: () => number; schedulingAuthority: AppLook['schedulingAuthority'] }

export async function serverChecks(probe: Probe, { nowMs, schedulingAuthority }: Looking): Promise<Check[]> {
  const nextcloud = await attempt('nextcloud', 'reach', async () => {
    const look = await probe.nextcloud()
    return [
      pass('nextcloud', 'reach', look.host),
      versionCheck(look.version),
      ...(look.maintenance ? [maintenance()] : []),
      clockCheck('nextcloud', look),
    ]
  })
  const app = await attempt('nextcloud', 'app', async () => {
    const look = await probe.app()
    if (look === null) return []
    const secrets = look.isRotating ? ', the secret is being replaced' : ''
    const signed = pass('nextcloud', 'app', `${look.version}, signed as ${look.serviceAccount}${secrets}`)
    return [signed, inviterCheck(look, schedulingAuthority)]
  })
  const exchange = await attempt('exchange', 'reach', async () => {
    const startedAtMs = nowMs()
    const look = await probe.exchange()
    if (look === null) return [skip('exchange', 'reach', 'autodiscover finds the server of each mailbox')]
    return [pass('exchange', 'reach', `${look.host}, ${nowMs() - startedAtMs} ms`), clockCheck('exchange', look)]
  })
  return [...nextcloud, ...app, ...exchange]
}

function versionCheck(version: string | null): Check {
  if (version === null) return pass('nextcloud', 'version', 'not told: another CalDAV server')
  const major = Number(version.split('.')[0])
  const { min, max } = NEXTCLOUD_MAJORS
  if (major >= min && major <= max) return pass('nextcloud', 'version', version)
  const detail = `${version}; tried with ${min} to ${max}`
  return warn('nextcloud', 'version', { detail, fix: 'Look at one mailbox first: connector sync user EMAIL --dry-run' })
}

/** Where the two disagree, people get two invitations, or none. */
function inviterCheck(look: AppLook, ours: AppLook['schedulingAuthority']): Check {
  if (look.schedulingAuthority === ours) return pass('nextcloud', 'who invites', ours)
  const detail = `${look.schedulingAuthority} by the app's settings, ${ours} by Service__SchedulingAuthority`
  return fail('nextcloud', 'who invites', { detail, fix: 'Set both to the same (docs/scheduling.md)' })
}

function maintenance(): Check {
  return fail('nextcloud', 'maintenance', { detail: 'is switched on', fix: 'occ maintenance:mode --off' })
}

export function clockCheck(group: 'nextcloud' | 'exchange', { skewMs }: ServerLook): Check {
  if (skewMs === null) return skip(group, 'clock', 'the answer had no date')
  const awayMs = Math.abs(skewMs)
  const detail =
    awayMs < 2_000 ? 'agrees' : `${Math.round(awayMs / 1000)} s ${skewMs < 0 ? 'behind' : 'ahead of'} this machine`
  const fix = 'Keep the clocks of all machines with NTP: timedatectl set-ntp true'
  if (awayMs >= SKEW_FAIL_MS) return fail(group, 'clock', { detail, fix })
  return awayMs >= SKEW_WARN_MS ? warn(group, 'clock', { detail, fix }) : pass(group, 'clock', detail)
}

/** A whole dry run: sign-in on both sides, impersonation, collections, reading and planning. */
export function mailboxChecks(sync: () => Promise<UserReport>, email: string): Promise<Check[]> {
  return attempt('mailbox', email, async () => {
    const report = await sync()
    if (report.error !== null) return broken(email, report.error)
    const pairs = report.pairs.map((pair): Check => {
      const name = `${email}: ${pair.name}`
      if (pair.error !== null) return broken(name, pair.error)
      const { seen, failed } = pair.counts
      if (pair.halt !== null)
        return warn('mailbox', name, { detail: `would halt: ${pair.halt.guard}`, fix: look(email) })
      if (failed > 0)
        return warn('mailbox', name, { detail: `${failed} of ${seen} items cannot be read`, fix: look(email) })
      return pass('mailbox', name, `${seen} items`)
    })
    return pairs.length > 0 ? pairs : skip('mailbox', email, 'Service__SyncMode asks for nothing')
  })
}

function broken(name: string, error: NonNullable<UserReport['error']>): Check {
  return { group: 'mailbox', name, verdict: 'fail', detail: '', fix: null, error }
}

function look(email: string): string {
  return `connector sync user ${email} --dry-run`
}

/** What stands still and waits for a person, and whether everything was compared whole lately. */
export function guardChecks(list: readonly MailboxStatus[], nowMs: number): Check[] {
  const halted = list.filter(
    ({ mailbox, pairs }) => mailbox?.status === 'halted' || pairs.some((pair) => pair.halt && !pair.halt.released),
  )
  const stopped = list.filter((status) => lightOf(status, nowMs) === 'stopped' && !halted.includes(status))
  const checks = [
    ...halted.map(({ email }) =>
      warn('guards', email, { detail: 'halted by a guard', fix: `connector status ${email}` }),
    ),
    ...stopped.map(({ email }) => warn('guards', email, { detail: 'stands still', fix: `connector status ${email}` })),
  ]
  if (checks.length === 0) checks.push(pass('guards', 'mailboxes', `${list.length}, none halted or standing still`))
  return [...checks, scrubCheck(list, nowMs)]
}

function scrubCheck(list: readonly MailboxStatus[], nowMs: number): Check {
  const ages = list.flatMap(({ pairs }) =>
    pairs.flatMap(({ lastScrubAtMs }) => (lastScrubAtMs === null ? [] : [nowMs - lastScrubAtMs])),
  )
  if (ages.length === 0) return skip('guards', 'full comparison', 'nothing was synced yet')
  const oldestMs = Math.max(...ages)
  const detail = `oldest ${spanText(oldestMs)} ago`
  if (oldestMs <= SCRUB_AGE_MAX_MS) return pass('guards', 'full comparison', detail)
  const fix = 'It is part of the daily passes: see that connector sync run or the daemon runs'
  return warn('guards', 'full comparison', { detail, fix })
}
