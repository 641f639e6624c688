/** What was asked of the server: a bounded list without bodies, and counters per method and report. */

export type RequestEntry = {
  number: number
  atMs: number
  method: string
  report: string | null
  path: string
  depth: string | null
  user: string | null
  /** 0 when the connection was cut instead of answered. */
  status: number
  bytesIn: number
  bytesOut: number
  /** The headers that decide what a write does. */
  headers: Readonly<Record<string, string>>
}

const KEPT_HEADERS = [
  'if-match',
  'if-none-match',
  'schedule-reply',
  'x-nc-scheduling',
  'destination',
  'prefer',
  'cookie',
]

export const keptHeaders = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(KEPT_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])))

export class RequestLog {
  readonly entries: RequestEntry[] = []
  readonly counters = new Map<string, number>()
  readonly #entriesMax: number
  #count = 0

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax
  }

  nextNumber(): number {
    this.#count += 1
    return this.#count
  }

  add(entry: RequestEntry): void {
    this.entries.push(entry)
    if (this.entries.length > this.#entriesMax) this.entries.shift()
    const name = entry.report === null ? entry.method : `${entry.method} ${entry.report}`
    this.counters.set(name, (this.counters.get(name) ?? 0) + 1)
  }

  /** `PUT`, `REPORT sync-collection`; without a name, all. */
  count(name?: string): number {
    return name === undefined ? this.#count : (this.counters.get(name) ?? 0)
  }

  reset(): void {
    this.entries.length = 0
    this.counters.clear()
    this.#count = 0
  }
}
