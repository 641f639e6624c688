/** A sink that sends lines in batches, one batch at a time, and holds a bounded queue meanwhile: Loki, OTLP, syslog and the database share it. */
import { LOG_BATCH_LINES_MAX, LOG_CLOSE_MS, LOG_PAUSE_MAX_MS, LOG_QUEUE_LINES_MAX, LOG_SEND_MS } from '../limits.ts'
import type { LoggedLine, LogSink, SinkWatch } from './sink.ts'

export type BatchSinkOptions = {
  name: string
  watch: SinkWatch
  /** Throws when the place did not take them; they are tried again. Must end soon after the signal aborts. */
  send: (lines: readonly LoggedLine[], signal: AbortSignal) => Promise<void>
  /** Lets go of what it holds. */
  end?: () => void
  /** How long lines gather before they are sent. */
  gatherMs?: number
}

export function batchSink({ name, watch, send, end, gatherMs = 0 }: BatchSinkOptions): LogSink {
  const queue: LoggedLine[] = []
  let failures = 0
  let timer: NodeJS.Timeout | null = null
  let sending: Promise<void> | null = null
  let closed = false

  const later = (ms: number): void => {
    if (timer !== null || sending !== null || queue.length === 0) return
    // A log that waits to be sent does not keep a process alive; closing sends it.
    timer = setTimeout(start, ms).unref()
  }
  const start = (): void => {
    timer = null
    sending = sendOnce().finally(() => {
      sending = null
      if (!closed) later(failures === 0 ? gatherMs : Math.min(500 * 2 ** failures, LOG_PAUSE_MAX_MS))
    })
  }
  const sendOnce = async (): Promise<void> => {
    const batch = queue.slice(0, LOG_BATCH_LINES_MAX)
    try {
      await send(batch, AbortSignal.timeout(LOG_SEND_MS))
      queue.splice(0, batch.length)
      failures = 0
    } catch (error) {
      failures++
      watch.trouble(name, reasonOf(error))
    }
  }

  return {
    name,
    take(line) {
      if (closed) return
      if (queue.length >= LOG_QUEUE_LINES_MAX) {
        // The newest lines tell what is wrong now. A batch under way keeps its place.
        queue.splice(LOG_BATCH_LINES_MAX, 1)
        watch.dropped(name, 1)
      }
      queue.push(line)
      later(gatherMs)
    },
    async close() {
      if (timer !== null) clearTimeout(timer)
      timer = null
      const deadlineMs = performance.now() + LOG_CLOSE_MS
      closed = true
      await withinMs(sending, LOG_CLOSE_MS)
      while (queue.length > 0 && failures === 0 && performance.now() < deadlineMs)
        await withinMs(sendOnce(), deadlineMs - performance.now())
      if (queue.length > 0) watch.dropped(name, queue.length)
      end?.()
    },
  }
}

/** `fetch` says only that it failed; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}

async function withinMs(work: Promise<void> | null, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
