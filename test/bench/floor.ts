/**
 * The floor of a first sync Exchange -> CalDAV: the requests that must be made, in the order and with the concurrency of the connector,
 * with bodies made beforehand. No mapping, no state, no checks. What the connector needs beyond this is its own.
 */
import { randomUUID } from 'node:crypto'
import { Agent, request } from 'undici'
import { getItem } from '../../src/exchange/ews/operations/get-item.ts'
import { syncFolderItems } from '../../src/exchange/ews/operations/sync-folder-items.ts'
import { HINT_SHAPE, MASTER_SHAPE } from '../../src/exchange/ews/side-shapes.ts'
import { writeEnvelope } from '../../src/exchange/ews/soap.ts'
import { DAV_WRITE_CONCURRENCY_MAX, EWS_GET_BATCH_MAX, SYNC_PAGE_SIZE_MAX } from '../../src/limits.ts'
import type { XmlNode } from '../../src/mapping/ews/change.ts'

export type FloorOptions = {
  ewsUrl: string
  mailbox: string
  collectionUrl: string
  username: string
  password: string
  /** Ready-made calendar objects, one for each item. */
  texts: readonly string[]
}

export async function floor(options: FloorOptions): Promise<string> {
  const dispatcher = new Agent({ connections: 16 })
  const ids = await listIds(options, dispatcher)
  for (let at = 0; at < ids.length; at += EWS_GET_BATCH_MAX) {
    const batch = ids.slice(at, at + EWS_GET_BATCH_MAX).map((id) => ({ kind: 'item' as const, id }))
    const body = getItem.encode({ shape: MASTER_SHAPE, ids: batch })
    await postEws(options, dispatcher, body)
  }
  for (let at = 0; at < options.texts.length; at += 100) {
    const queue = options.texts.slice(at, at + 100)
    const worker = async () => {
      for (let text = queue.shift(); text !== undefined; text = queue.shift()) await put(options, dispatcher, text)
    }
    await Promise.all(Array.from({ length: DAV_WRITE_CONCURRENCY_MAX }, worker))
  }
  await dispatcher.close()
  return JSON.stringify({ read: ids.length, written: options.texts.length })
}

async function listIds(options: FloorOptions, dispatcher: Agent): Promise<string[]> {
  const ids: string[] = []
  let syncState: string | null = null
  for (;;) {
    const folder = { kind: 'distinguished' as const, name: 'calendar' as const }
    const body = syncFolderItems.encode({ shape: HINT_SHAPE, folder, syncState, sizeMax: SYNC_PAGE_SIZE_MAX })
    const text = await postEws(options, dispatcher, body)
    ids.push(...[...text.matchAll(/<t:ItemId Id="([^"]+)"/g)].map((match) => match[1] ?? ''))
    syncState = /SyncState>([^<]+)</.exec(text)?.[1] ?? null
    if (/IncludesLastItemInRange>true</.test(text)) return ids
  }
}

async function postEws(options: FloorOptions, dispatcher: Agent, body: XmlNode): Promise<string> {
  const envelope = writeEnvelope(body, { mailbox: options.mailbox, serverVersion: 'Exchange2016' })
  const headers = {
    authorization: basic('svc', 'secret'),
    'content-type': 'text/xml; charset=utf-8',
    'x-anchormailbox': options.mailbox,
  }
  const answer = await request(options.ewsUrl, { method: 'POST', dispatcher, headers, body: envelope })
  return answer.body.text()
}

async function put(options: FloorOptions, dispatcher: Agent, text: string): Promise<void> {
  const headers = {
    authorization: basic(options.username, options.password),
    'content-type': 'text/calendar; charset=utf-8',
    'schedule-reply': 'F',
    'if-none-match': '*',
  }
  const answer = await request(`${options.collectionUrl}${randomUUID()}.ics`, {
    method: 'PUT',
    dispatcher,
    headers,
    body: text,
  })
  await answer.body.dump()
  if (answer.statusCode !== 201) throw new Error(`the floor's PUT was answered ${answer.statusCode}`)
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
