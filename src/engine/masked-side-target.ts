/**
 * What a real item becomes when the engine wants its view to become something else. This is the gate: whatever the engine asks for,
 * the words of an original do not change here, and a masked item is written with nothing but its time block. Pure.
 */
import type { Event } from '../model/event.ts'
import type { Mark, MaskInfo } from '../ports/side.ts'
import { isInScope, isMaskedTitle, type MaskPolicy, maskEvent, viewTitle } from '../sync/mask.ts'
import { applyTimeChange } from '../sync/mask-time.ts'

/** A view with what is behind it. `mark`: as the server holds it. */
export type Seen = { real: Event; view: Event; info: MaskInfo; mark?: string | null }

/** `mark` absent: it stays as it is. */
export type Target = { desired: Event; mark?: Mark }

export function updateTarget(seen: Seen, wanted: Event, policy: MaskPolicy): Target {
  const { real, view, info } = seen
  const isWantedMasked = isMaskedTitle(wanted.title)
  if (info.view === 'real') {
    if (!isWantedMasked) return { desired: wanted }
    return { desired: maskEvent(wanted, policy), mark: policy.title }
  }
  if (isWantedMasked) {
    const asksToBeMasked = wanted.title !== view.title && wanted.title === viewTitle(policy)
    if (asksToBeMasked) return { desired: maskEvent(wanted, policy), mark: policy.title }
  } else if (info.marked && !isInScope(wanted, policy)) {
    return { desired: wanted, mark: null }
  }
  // An original, or a masked copy that stays one: its words are its own.
  return { desired: applyTimeChange(real, { from: view, to: wanted }) }
}

/** `source`: what is behind the wanted view, where it was read from the other side. */
export function creationTarget(wanted: Event, source: Seen | undefined, policy: MaskPolicy): Target {
  const isMasked = isMaskedTitle(wanted.title)
  if (isMasked && source?.info.marked) {
    // Its original is gone: what is made in its place is no copy of it but the new original, so that not both are masked.
    if (policy.type === 'full') return { desired: source.real }
    return { desired: maskEvent(wanted, policy) }
  }
  if (isMasked || isInScope(wanted, policy)) return { desired: maskEvent(wanted, policy), mark: policy.title }
  return { desired: wanted }
}
