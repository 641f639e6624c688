/** What a person chose in the app, as the choices that linking works on. */
import type { CollectionChoice, CollectionChoices } from '../../ports/collection-choice.ts'
import type { CollectionKind } from '../../ports/state-store.ts'
import type { AppChoice } from './answers.ts'

/** A kind that nobody chose is not synced. */
export function choicesOfApp(choices: readonly AppChoice[]): CollectionChoices {
  const ofKind = (kind: CollectionKind) => choices.filter((choice) => choice.kind === kind).map(choiceOf)
  return { calendar: ofKind('calendar'), tasks: ofKind('tasks'), contacts: ofKind('contacts') }
}

function choiceOf({ exchange, nextcloud, direction }: AppChoice): CollectionChoice {
  return { exchange, nextcloud: nextcloud === null ? { kind: 'auto' } : { kind: 'named', name: nextcloud }, direction }
}
