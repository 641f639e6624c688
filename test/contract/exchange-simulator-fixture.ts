/** A bare SOAP client for the tests of the Exchange simulator: it sends what it is told and checks every answer against the schema. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { MailboxHandle } from '../simulators/exchange/mailbox-handle.ts'
import {
  type ExchangeSimulator,
  type SimulatorOptions,
  startExchangeSimulator,
} from '../simulators/exchange/simulator.ts'
import { type Node, NS_MESSAGES, NS_SOAP, NS_TYPES, parseXml } from '../simulators/exchange/xml.ts'

export const SCHEMA_CHECK = fileURLToPath(new URL('../../../shared/ews-schema/check', import.meta.url))

/** Whether `../shared/ews-schema` and xmllint are there; the tests say so by name when not. */
export function hasSchema(): boolean {
  if (!existsSync(SCHEMA_CHECK)) return false
  try {
    execFileSync('xmllint', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Files that the schema refuses, with xmllint's words. */
export function schemaErrors(documents: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'exchange-simulator-'))
  try {
    const files = documents.map((document, index) => {
      const file = join(folder, `${String(index).padStart(5, '0')}.xml`)
      writeFileSync(file, document)
      return file
    })
    if (files.length === 0) return []
    execFileSync(SCHEMA_CHECK, files, { stdio: 'pipe', maxBuffer: 64 * 1024 * 1024 })
    return []
  } catch (error) {
    const text = String((error as { stderr?: Buffer }).stderr)
    return text.split('\n').filter((line) => line !== '' && !line.endsWith(' validates'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const MAILBOX = 'anna@example.org'

export type Answer = { status: number; body: string; root: Node; codes: string[] }

export function envelope(operation: string, options: { mailbox?: string; header?: string } = {}): string {
  const who = options.mailbox ?? MAILBOX
  const impersonation = `<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>${who}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${NS_SOAP}" xmlns:t="${NS_TYPES}" xmlns:m="${NS_MESSAGES}"><s:Header><t:RequestServerVersion Version="Exchange2016"/>${who === '' ? '' : impersonation}${options.header ?? ''}</s:Header><s:Body>${operation}</s:Body></s:Envelope>`
}

/** Descendants of that name, in document order. */
export function all(node: Node, name: string): Node[] {
  return node.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)])
}

export class Fixture {
  readonly simulator: ExchangeSimulator
  readonly mailbox: MailboxHandle
  readonly answers: string[] = []

  constructor(simulator: ExchangeSimulator) {
    this.simulator = simulator
    this.mailbox = simulator.addMailbox(MAILBOX, { displayName: 'Anna Example' })
    simulator.addServiceAccount('svc', 'secret', { impersonation: true })
  }

  async post(body: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.simulator.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/xml; charset=utf-8', authorization: `Basic ${btoa('svc:secret')}`, ...headers },
    })
  }

  async send(operation: string, options: { mailbox?: string; header?: string } = {}): Promise<Answer> {
    const response = await this.post(envelope(operation, options))
    const body = await response.text()
    this.answers.push(body)
    const root = parseXml(body)
    return { status: response.status, body, root, codes: all(root, 'ResponseCode').map((node) => node.text) }
  }

  /** AllProperties of one item. */
  async get(id: string, more = ''): Promise<Node> {
    const answer = await this.send(
      `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape>${more}</m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
    )
    const [item] = all(answer.root, 'Items')
    const [found] = item?.children ?? []
    if (!found) throw new Error(`no item: ${answer.codes.join()}`)
    return found
  }

  async create(item: string, options: { send?: string; folder?: string } = {}): Promise<Answer> {
    const folder = `<m:SavedItemFolderId>${options.folder ?? '<t:DistinguishedFolderId Id="calendar"/>'}</m:SavedItemFolderId>`
    return this.send(
      `<m:CreateItem SendMeetingInvitations="${options.send ?? 'SendToNone'}">${folder}<m:Items>${item}</m:Items></m:CreateItem>`,
    )
  }

  /** `changes` is the XML inside Updates. */
  async update(id: string, changeKey: string, changes: string, send = 'SendToNone'): Promise<Answer> {
    return this.send(
      `<m:UpdateItem ConflictResolution="NeverOverwrite" SendMeetingInvitationsOrCancellations="${send}"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}" ChangeKey="${changeKey}"/><t:Updates>${changes}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    )
  }

  async remove(id: string, options: { how?: string; send?: string } = {}): Promise<Answer> {
    return this.send(
      `<m:DeleteItem DeleteType="${options.how ?? 'MoveToDeletedItems'}" SendMeetingCancellations="${options.send ?? 'SendToNone'}"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`,
    )
  }

  async sync(
    state = '',
    size = 512,
  ): Promise<{ answer: Answer; state: string; changes: [kind: string, id: string][]; last: boolean }> {
    const known = state === '' ? '' : `<m:SyncState>${state}</m:SyncState>`
    const answer = await this.send(
      `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="calendar"/></m:SyncFolderId>${known}<m:MaxChangesReturned>${size}</m:MaxChangesReturned></m:SyncFolderItems>`,
    )
    const changes = all(answer.root, 'Changes')[0]?.children ?? []
    return {
      answer,
      state: all(answer.root, 'SyncState')[0]?.text ?? '',
      changes: changes.map((change) => [change.name, all(change, 'ItemId')[0]?.attributes.Id ?? '']),
      last: all(answer.root, 'IncludesLastItemInRange')[0]?.text === 'true',
    }
  }

  /** Every answer so far against Microsoft's schema. */
  invalidAnswers(): string[] {
    return hasSchema() ? schemaErrors(this.answers) : []
  }
}

export async function startFixture(options: SimulatorOptions = {}): Promise<Fixture> {
  return new Fixture(await startExchangeSimulator(options))
}

export function text(node: Node, name: string): string | undefined {
  return all(node, name)[0]?.text
}

export function setField(uri: string, inner: string): string {
  return `<t:SetItemField><t:FieldURI FieldURI="${uri}"/><t:CalendarItem>${inner}</t:CalendarItem></t:SetItemField>`
}
