/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 * From what the server says to the one state that the consent page shows. A union, so that no two states show at once.
 */
import type { Eligibility, Me, Report } from './types.ts'

type Refused = Extract<Eligibility, { kind: 'refused' }>
type NeedsProof = Extract<Eligibility, { kind: 'needs-proof' }>
type Eligible = Extract<Eligibility, { kind: 'eligible' }>

export type PageState =
  | { kind: 'refused'; reason: Refused['reason'] }
  | { kind: 'needs-proof'; domains: NeedsProof['domains']; suggestion: string | null; pending: NeedsProof['pending'] }
  | { kind: 'eligible'; email: string; source: Eligible['source'] }
  | { kind: 'waiting' }
  | { kind: 'active'; report: Report }
  | { kind: 'halted'; report: Report; guard: string }
  | { kind: 'paused'; report: Report | null }

/**
 * An account that takes part shows how its sync is; any other what it can do next. Whoever withdrew is as free to begin anew as
 * somebody who never began: `hasWithdrawn` only adds a sentence.
 */
export function pageState({ eligibility, consent, report }: Me): PageState {
  if (consent.state === 'paused') return { kind: 'paused', report }
  if (consent.state === 'active') {
    if (report === null) return { kind: 'waiting' }
    if (report.halt !== null || report.outcome === 'halted') {
      return { kind: 'halted', report, guard: report.halt?.guard ?? '' }
    }
    return { kind: 'active', report }
  }
  switch (eligibility.kind) {
    case 'refused':
      return eligibility
    case 'needs-proof':
      return eligibility
    case 'eligible':
      return eligibility
  }
}

export function hasWithdrawn({ consent }: Me): boolean {
  return consent.state === 'withdrawn'
}

/** While something is on its way the page asks again; else it is quiet. `null` = do not ask. */
export function askAgainAfterMs(me: Me): number | null {
  const isWaiting = pageState(me).kind === 'waiting' || me.isSyncRequested
  const isRestoring = me.report?.conflicts.some((conflict) => conflict.isRequested) ?? false
  return isWaiting || isRestoring ? ASK_AGAIN_MS : null
}

/** As often as the connector looks for commands at best; oftener would show nothing new. */
const ASK_AGAIN_MS = 10_000
