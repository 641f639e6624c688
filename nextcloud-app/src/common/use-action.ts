/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 * One thing at a time: what a button set off, whether it is still under way, and what to say when it ended.
 */
import { ref } from 'vue'
import { Cancelled } from './api.ts'
import { t } from './l10n.ts'

/** `busy` names the action under way; `error` and `done` are said aloud by ActionNote. */
export function useAction() {
  const busy = ref<string | null>(null)
  const error = ref('')
  const done = ref('')

  /** `said`: what to say when it worked; empty = nothing. Gives whether it worked. */
  async function run(name: string, said: string, work: () => Promise<void>): Promise<boolean> {
    if (busy.value !== null) return false
    busy.value = name
    error.value = ''
    done.value = ''
    try {
      await work()
      done.value = said
      return true
    } catch (failure) {
      if (!(failure instanceof Cancelled)) {
        error.value = failure instanceof Error && failure.message !== '' ? failure.message : t('This did not work.')
      }
      return false
    } finally {
      busy.value = null
    }
  }

  return { busy, error, done, run }
}
