/** What pausing and resuming did, and what a guard saw that was released or still waits. */
import type { HaltedCollection, Paused, Resumed } from '../../ports/administration.ts'
import { fill } from '../errors/text.ts'
import { safe, wrap } from './text.ts'
import type { View } from './view.ts'
import { GUARD_WORDS } from './words.ts'

export function renderPaused({ email, reason }: Paused): string {
  const why = reason === null ? '' : `: ${safe(reason)}`
  return `${safe(email)} is paused${why}. Nothing is written until:\n$ connector users resume ${safe(email)}`
}

export function renderResumed(resumed: Resumed, view: View): string {
  const { email, released, waiting } = resumed
  const before = resumed.before === 'paused' ? ' (it was paused)' : ''
  const lines = [`${safe(email)} goes on with the next pass${before}.`]
  for (const one of released)
    lines.push(wrap(`${safe(one.name)}: released. The guard saw: ${whatText(one, email)}`, view.width))
  for (const one of waiting) {
    lines.push(view.paint('red', wrap(`${safe(one.name)}: still halted. ${whatText(one, email)}`, view.width)))
    lines.push(`Next: ${nextText(one, email)}`)
  }
  if (waiting.length === 0) lines.push(`Next, see what it would do:\n$ connector sync user ${safe(email)} --dry-run`)
  return lines.join('\n')
}

function whatText({ halt }: HaltedCollection, email: string): string {
  const words = GUARD_WORDS[halt.guard]
  return words ? fill(words.what, { ...halt.numbers, email }) : safe(halt.guard)
}

function nextText({ halt }: HaltedCollection, email: string): string {
  const words = GUARD_WORDS[halt.guard]
  return words ? fill(words.next, { ...halt.numbers, email }) : `$ connector sync user ${safe(email)} --dry-run`
}
