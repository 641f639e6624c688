/** One line that says what the run is doing, on a terminal only: it is wiped before anything else is printed. */
import type { ProgressEvent } from '../ports/report.ts'
import { clip, safe } from './render/text.ts'
import { SIDE_WORDS } from './render/words.ts'

export type ProgressLine = { show(event: ProgressEvent): void; clear(): void }

/** Redrawing more often only makes a slow terminal slower. */
const REDRAW_MS = 80

function textOf(event: ProgressEvent): string | null {
  switch (event.kind) {
    case 'user-started':
      return event.email
    case 'reading':
      return `${event.email}: reading ${event.collection} on ${SIDE_WORDS[event.side]} (${event.items})`
    case 'acting':
      return `${event.email}: ${event.collection} ${event.done} of ${event.total}`
    case 'action':
    case 'user-finished':
      return null
  }
}

export function progressLine(
  stream: { write(text: string): unknown; columns?: number },
  nowMs: () => number,
): ProgressLine {
  let drawnAtMs = 0
  let visible = false
  return {
    show(event) {
      const text = textOf(event)
      if (text === null || nowMs() - drawnAtMs < REDRAW_MS) return
      drawnAtMs = nowMs()
      visible = true
      stream.write(`\r\u001B[2K${clip(safe(text), (stream.columns ?? 80) - 1)}`)
    },
    clear() {
      if (visible) stream.write('\r\u001B[2K')
      visible = false
    },
  }
}

export const NO_PROGRESS: ProgressLine = { show: () => {}, clear: () => {} }
