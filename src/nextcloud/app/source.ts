/**
 * The app as a source of news for the daemon: polls it for all users, at once when a webhook says so, and more rarely while it fails.
 * Of several replicas one polls at a time; the state wakes the others.
 */
import { APP_POLL_FAILED_MAX_MS, APP_POLL_MS } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { NewsSource } from '../../ports/daemon.ts'
import type { Desk } from '../../ports/desk.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'

export function appNews(
  desk: Pick<Desk, 'poll' | 'isOurTurn'>,
  { clock, log }: { clock: Clock; log: Log },
): NewsSource {
  let wake: () => void = () => {}
  // The first time, too: what changed is told from what a replica knew before.
  let isAsked = true
  const waiting = async (ms: number, signal: AbortSignal) => {
    const early = new AbortController()
    wake = () => early.abort()
    if (!isAsked) await clock.sleep(ms, AbortSignal.any([signal, early.signal]))
  }
  const mayPoll = async () => {
    const wasAsked = isAsked
    isAsked = false
    // A webhook is answered by whoever got it; the turn is taken all the same, so that nobody asks again right after.
    return (await desk.isOurTurn()) || wasAsked
  }
  return {
    name: 'nextcloud-app',
    pollNow: () => {
      isAsked = true
      wake()
    },
    source: {
      async run(_mailboxes, onChanged, signal) {
        let failures = 0
        while (!signal.aborted) {
          try {
            if (await mayPoll()) {
              for (const email of await desk.poll(signal)) onChanged(email)
              failures = 0
            }
          } catch (error) {
            // The journal keeps what is not taken in; the passes go on by their interval.
            if (signal.aborted) return
            const code = error instanceof ConnectorError ? error.code : 'bug'
            const detail = error instanceof ConnectorError ? error.fields : { detail: String(error).slice(0, 200) }
            if (failures === 0) log.warn({ code, ...detail }, 'the Nextcloud app could not be polled')
            failures++
          }
          await waiting(Math.min(APP_POLL_MS * 2 ** failures, APP_POLL_FAILED_MAX_MS), signal)
        }
      },
    },
  }
}
