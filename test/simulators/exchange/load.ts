/** What is counted against an account while it is open: folder synchronisations; and answers that hang, which are counted apart. */
import type { ServerResponse } from 'node:http'
import type { ServiceAccount } from './accounts.ts'
import type { Reply } from './server.ts'
import type { Hanging } from './streams.ts'

export function isSync(body: string): boolean {
  return /<(?:\w+:)?SyncFolder(?:Items|Hierarchy)\b/.test(body)
}

export async function counted(account: ServiceAccount, body: string, task: () => Promise<void>): Promise<void> {
  const sync = isSync(body) ? 1 : 0
  account.syncs += sync
  try {
    await task()
  } finally {
    account.syncs -= sync
  }
}

/** A hanging connection counts against a limit of its own, not as a request under way. */
export function hang(response: ServerResponse, reply: Reply, begin: (hanging: Hanging) => () => void): void {
  response.writeHead(200, { 'Content-Type': 'text/xml; charset=utf-8', ...reply.headers })
  const end = begin({
    write: (xml) => void response.write(xml),
    end: () => void response.end(),
    cut: () => void response.socket?.destroy(),
  })
  response.on('close', end)
}
