/** What can be made to go wrong, and on which request. The list is looked through once per request, in order. */

export type Effect =
  | { kind: 'http'; status: number; headers?: Record<string, string>; body?: string }
  /** 503 with Retry-After. */
  | { kind: 'unavailable'; retryAfterSeconds: number }
  /** SOAP fault, HTTP 500. */
  | { kind: 'soapFault'; code: string; message?: string; backOffMs?: number }
  /** ErrorServerBusy with BackOffMilliseconds, as a fault or on every item. */
  | { kind: 'busy'; backOffMs: number; perItem?: boolean }
  /** A response code on one item (`index`, from 0; or `item`, by id) or on all. The item is not worked on. */
  | { kind: 'itemError'; code: string; index?: number; item?: string; backOffMs?: number }
  /** As Exchange under load: this item fails, all after it get ErrorBatchProcessingStopped. */
  | { kind: 'batchStop'; code: string; index: number }
  /** Cuts the connection: before the work, after it but before the answer, or in the middle of the answer. */
  | { kind: 'cut'; when: 'before' | 'after' | 'middle' }
  /** Half of the body, with a Content-Length that fits it. The work was done. */
  | { kind: 'truncated' }
  /** A sign-in page with status 200. The work was not done. */
  | { kind: 'loginPage' }
  /** Subjects of the answer carry character references that XML 1.0 forbids. */
  | { kind: 'illegalCharacters' }
  | { kind: 'delay'; ms: number }
  /** SyncFolderItems does not show the newest `changes` changes yet. */
  | { kind: 'feedLag'; changes: number }
  /** SyncFolderItems tells the last `changes` changes again. */
  | { kind: 'feedRepeat'; changes: number }
  | { kind: 'syncStateInvalid' }
  /** An invalid state is not refused: everything is told again as Create (other servers do so). */
  | { kind: 'resendAll' }

export type RequestFacts = {
  operation: string
  account: string
  mailbox: string
  /** The whole request: ids of items are found in it. */
  body: string
}

export type Fault = {
  operation?: string | RegExp
  mailbox?: string
  /** Only requests that name this item id. */
  item?: string
  /** Only the n-th request that matches (from 1). */
  nth?: number
  /** How often it strikes; without it for ever, with `nth` once. */
  times?: number
  effect: Effect
}

export type ArmedFault = Fault & { seen: number; fired: number }

/** May look at every request and answer with an effect of its own: seeded chance lives in the test, not here. */
export type FaultHook = (facts: RequestFacts) => Effect | Effect[] | undefined

export class Faults {
  readonly list: ArmedFault[] = []
  hook: FaultHook | undefined

  /** Arms a fault; the result tells how often it struck. */
  add(fault: Fault): ArmedFault {
    const armed = { ...fault, seen: 0, fired: 0 }
    this.list.push(armed)
    return armed
  }

  clear(): void {
    this.list.length = 0
    this.hook = undefined
  }

  effectsFor(facts: RequestFacts): Effect[] {
    const effects: Effect[] = []
    for (const fault of this.list) {
      if (!applies(fault, facts)) continue
      fault.seen += 1
      if (fault.nth !== undefined && fault.seen !== fault.nth) continue
      if (fault.times !== undefined && fault.fired >= fault.times) continue
      fault.fired += 1
      effects.push(fault.effect)
    }
    const extra = this.hook?.(facts)
    return extra ? effects.concat(extra) : effects
  }
}

function applies(fault: Fault, facts: RequestFacts): boolean {
  if (typeof fault.operation === 'string' && fault.operation !== facts.operation) return false
  if (fault.operation instanceof RegExp && !fault.operation.test(facts.operation)) return false
  if (fault.mailbox !== undefined && fault.mailbox.toLowerCase() !== facts.mailbox) return false
  return fault.item === undefined || facts.body.includes(fault.item)
}
