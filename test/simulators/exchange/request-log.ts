/** What was asked and answered: counts for tests about load, bodies on demand. */
import type { Reply } from './server.ts'

export type LoggedRequest = {
  operation: string
  account: string
  mailbox: string
  atMs: number
  /** 0: the connection was cut. */
  status: number | undefined
  requestBody: string | undefined
  responseBody: string | undefined
}

export class RequestLog {
  readonly list: LoggedRequest[] = []
  readonly counts: Record<string, number> = {}
  total = 0
  recordBodies: boolean

  constructor(recordBodies: boolean) {
    this.recordBodies = recordBodies
  }

  count(operation: string): number {
    return this.counts[operation] ?? 0
  }

  clear(): void {
    this.list.length = 0
    this.total = 0
    for (const name of Object.keys(this.counts)) delete this.counts[name]
  }

  open(request: { operation: string; account: string; mailbox: string; body: string; atMs: number }): LoggedRequest {
    const { operation, account, mailbox, atMs, body } = request
    this.total += 1
    this.counts[operation] = this.count(operation) + 1
    const entry: LoggedRequest = {
      operation,
      account,
      mailbox,
      atMs,
      status: undefined,
      requestBody: this.recordBodies ? body : undefined,
      responseBody: undefined,
    }
    this.list.push(entry)
    return entry
  }

  answered(entry: LoggedRequest, reply: Reply): Reply {
    if (!this.recordBodies) return reply
    entry.responseBody = reply.body
    const { hang } = reply
    if (hang === undefined) return reply
    const recorded = (xml: string) => {
      entry.responseBody += xml
    }
    return {
      ...reply,
      hang: (hanging) =>
        hang({
          ...hanging,
          write: (xml) => {
            recorded(xml)
            hanging.write(xml)
          },
        }),
    }
  }

  closed(entry: LoggedRequest, status: number): void {
    entry.status = status
  }
}
