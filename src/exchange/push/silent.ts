/** The push source of a server that notifies nobody: it stays silent until it is stopped, and the schedule polls. */
import type { PushSource } from '../../ports/push.ts'

export const silentPush: PushSource = {
  run: (_mailboxes, _onChanged, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    }),
}
