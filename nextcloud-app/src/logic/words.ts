/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 * Words by code: what the codes of the server and the connector mean for a person. Here once, so that both pages say the same.
 * Every text is handed to `t` as a literal, so that test/core/app-l10n.test.ts finds it and asks for its translation.
 */
import type { ConsentState, Direction, IdentitySource, ImportRow, Kind, Outcome } from './types.ts'

/** Translates one English text; `{name}` is replaced. Given from outside, so that this file needs no browser. */
export type Translate = (text: string, values?: Record<string, string | number>) => string

export function kindName(kind: Kind, t: Translate): string {
  switch (kind) {
    case 'calendar':
      return t('Calendars')
    case 'tasks':
      return t('Task lists')
    case 'contacts':
      return t('Address books')
  }
}

export function directionName(direction: Direction, t: Translate): string {
  switch (direction) {
    case 'both':
      return t('Both ways')
    case 'to-nextcloud':
      return t('Only from Exchange to Nextcloud')
    case 'to-exchange':
      return t('Only from Nextcloud to Exchange')
  }
}

/** How it is known whose mailbox it is. */
export function sourceText(source: IdentitySource | null, t: Translate): string {
  switch (source) {
    case 'admin':
      return t('Assigned by an administrator.')
    case 'directory':
      return t("Taken from the organisation's directory.")
    case 'proof':
      return t('Proven with a code that was placed in the mailbox.')
    case null:
      return t('Not known.')
  }
}

export function outcomeText(outcome: Outcome, t: Translate): string {
  switch (outcome) {
    case 'in-step':
      return t('Everything is in step.')
    case 'partial':
      return t('Most is in step. Some items could not be synchronized.')
    case 'failed':
      return t('The last run failed. It will be tried again.')
    case 'halted':
      return t('Stopped for safety. An administrator has to look at it.')
    case 'stopped':
      return t('The last run was interrupted. It goes on with the next one.')
    case 'paused':
      return t('Paused.')
  }
}

export function stateName(state: ConsentState, t: Translate): string {
  switch (state) {
    case 'none':
      return t('Not turned on')
    case 'active':
      return t('Active')
    case 'paused':
      return t('Paused')
    case 'withdrawn':
      return t('Withdrawn')
  }
}

/** What an import does with one line that it accepts. */
export function rowOutcomeName(outcome: Exclude<ImportRow['outcome'], 'refused'>, t: Translate): string {
  switch (outcome) {
    case 'new':
      return t('new')
    case 'changed':
      return t('changed')
    case 'same':
      return t('as before')
  }
}

/** Why a guard stopped the sync. An unknown guard of a newer connector is said in general words. */
export function guardText(guard: string, t: Translate): string {
  switch (guard) {
    case 'deletions-in-pass':
    case 'deletions-per-day':
      return t(
        'Unusually many items would have been deleted at once, so nothing was deleted. If that is what you want, ask your administrator to release it.',
      )
    case 'empty-side':
      return t(
        'One side suddenly looked empty, so nothing was changed. Usually a server was restored or moved. Your administrator has to look at it.',
      )
    case 'mass-change':
      return t(
        'Nearly everything changed at once on one side, so nothing was carried over. Your administrator has to look at it.',
      )
    case 'collection-identity':
      return t('A calendar or address book is no longer the one that it was. Your administrator has to look at it.')
    case 'collection-deleted':
      return t(
        'A calendar, task list or address book was deleted on one side. The one on the other side was kept. Delete it as well, take it out of your selection, or ask your administrator to make it again.',
      )
    case 'server-rolled-back':
      return t(
        'A server looks as if it had been restored from an older backup, so nothing was changed. Your administrator has to look at it.',
      )
    default:
      return t('A safety check stopped the synchronization. Nothing was changed. Your administrator has to look at it.')
  }
}

/** Why somebody cannot take part, or an address is refused. `ui` = to the person, `admin` = to the administrator. */
export function refusalText(reason: string, t: Translate): string {
  switch (reason) {
    case 'not-configured':
      return t('The connection to Exchange has not been set up yet. Please ask your administrator.')
    case 'not-allowed':
    case 'group':
      return t(
        'Your account does not belong to a group that may synchronize with Exchange. Please ask your administrator.',
      )
    case 'no-identity':
      return t('It is not known which mailbox is yours. Please ask your administrator to assign it.')
    case 'domain':
    case 'domain-not-allowed':
      return t('Mailboxes of this domain are not allowed here.')
    case 'duplicate':
    case 'duplicate-email':
      return t('This mailbox already belongs to another account. Please ask your administrator.')
    case 'invalid-email':
    case 'bad-email':
      return t('This is not an e-mail address.')
    case 'user-disabled':
      return t('This account is disabled.')
    case 'unknown-user':
      return t('There is no account of this name.')
    case 'no-proof':
      return t('No code was requested, or it was used already. Please request one.')
    case 'proof-expired':
      return t('The code is no longer valid. Please request a new one.')
    case 'proof-attempts':
      return t('Too many wrong codes. Please request a new one.')
    case 'proof-wrong':
      return t('This is not the code. Please look at the newest message.')
    case 'too-many-requests':
      return t('Too many attempts. Please try again later.')
    case 'proof-not-offered':
      return t('Mailboxes cannot be proven with a code here. Please ask your administrator to assign yours.')
    case 'already-active':
      return t('The synchronization is on already.')
    case 'unknown-conflict':
      return t('This has been settled meanwhile. Please load the page again.')
    case 'unknown-group':
      return t('There is no group of this name.')
    case 'not-enrolled':
    case 'no-consent':
      return t('The synchronization is not on.')
    case 'bad-choices':
      return t('This selection cannot be saved. Each calendar, task list and address book can be linked once.')
    case 'connector-silent':
      return t('The connector has not called yet. Please try again later or ask your administrator.')
    case 'unknown-account':
    case 'service-account-unknown':
      return t('There is no such service account.')
    case 'service-account-admin':
      return t('The service account must not be an administrator.')
    case 'bad-domain':
      return t('This is not a domain.')
    case 'bad-url':
    case 'bad-webhook':
      return t('This is not an address of the connector. It must begin with https:// or http://.')
    case 'bad-csv':
      return t('This file cannot be read. It needs a line per account: account,address')
    default:
      return t('This was refused ({reason}).', { reason })
  }
}
