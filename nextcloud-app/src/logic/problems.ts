/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 * Problems of a sync in plain words: what it means for the person, not what the program calls it. Pure, for both pages.
 */
import type { Problem } from './types.ts'
import type { Translate } from './words.ts'

/** One sentence for the person. The administrator finds the code and its detail beside it. */
export function problemText({ code }: Pick<Problem, 'code'>, t: Translate): string {
  switch (code) {
    case 'exchange.unreachable':
    case 'exchange.timeout':
    case 'exchange.tls':
    case 'exchange.server-error':
    case 'exchange.redirect':
    case 'exchange.not-ews':
      return t('Exchange did not answer. It will be tried again by itself.')
    case 'exchange.throttled':
      return t('Exchange asked to slow down. It goes on by itself a little later.')
    case 'exchange.sign-in':
    case 'exchange.access-denied':
    case 'exchange.impersonation-denied':
      return t('Exchange did not let the connector into this mailbox. Your administrator can change that.')
    case 'exchange.unknown-mailbox':
      return t('Exchange knows no mailbox of this address. Please ask your administrator to check it.')
    case 'exchange.folder-not-found':
      return t('A folder is no longer there in Exchange. Please check your selection below.')
    case 'nextcloud.collection-not-found':
      return t(
        'A calendar, task list or address book is no longer there in Nextcloud. Please check your selection below.',
      )
    case 'nextcloud.quota':
      return t('There is no room left in Nextcloud for this.')
    case 'nextcloud.unreachable':
    case 'nextcloud.timeout':
    case 'nextcloud.throttled':
    case 'nextcloud.server-error':
      return t('Nextcloud did not answer in time. It will be tried again by itself.')
    case 'exchange.item-refused':
      return t('Exchange does not accept this item. It stays as it is in Nextcloud.')
    case 'nextcloud.item-refused':
      return t('Nextcloud does not accept this item. It stays as it is in Exchange.')
    case 'exchange.too-large':
    case 'nextcloud.too-large':
      return t('This item is too large to be carried over. It stays where it is.')
    case 'item.unreadable':
      return t('This item is damaged and cannot be read. It stays as it is on both sides.')
    case 'item.not-representable':
      return t('The other side cannot hold this item. It stays where it is.')
    case 'item.duplicate-uid':
      return t('This item is there twice. Please delete one of the two.')
    case 'item.changed-meanwhile':
      return t('This item was changed while it was being synchronized. It follows with the next run.')
    case 'guard.halted':
      return t('A safety check stopped the synchronization. Nothing was changed. Your administrator has to look at it.')
    default:
      return t('Something could not be synchronized. Your administrator can look it up under the code {code}.', {
        code,
      })
  }
}

/** Equal problems as one, with the items that they concern: ten damaged items are one sentence and a list of ten. */
export type ProblemGroup = { code: string; text: string; titles: readonly string[]; details: readonly string[] }

export function groupProblems(problems: readonly Problem[], t: Translate): ProblemGroup[] {
  const groups = new Map<string, { code: string; titles: Set<string>; details: Set<string> }>()
  for (const problem of problems) {
    const text = problemText(problem, t)
    const group = groups.get(text) ?? { code: problem.code, titles: new Set(), details: new Set() }
    if (problem.title !== '') group.titles.add(problem.title)
    if (problem.detail !== '') group.details.add(problem.detail)
    groups.set(text, group)
  }
  return [...groups].map(([text, { code, titles, details }]) => ({
    code,
    text,
    titles: [...titles],
    details: [...details],
  }))
}
