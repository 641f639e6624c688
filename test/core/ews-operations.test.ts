/** Every EWS operation in both directions: the requests against golden files and Microsoft's schemas, the answers against what they must mean. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EwsResult } from '../../src/exchange/ews/operation.ts'
import type { XmlElement } from '../../src/mapping/ews/xml.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import { EXAMPLES, type Example } from './ews-requests.ts'

const GOLDEN = resolve(import.meta.dirname, '../golden/ews')
const SCHEMA_CHECK = resolve(import.meta.dirname, '../../../shared/ews-schema/check')
const MICROSOFT_EXAMPLES = resolve(import.meta.dirname, '../../../shared/ews-examples')

function golden(example: Example, file: string): Buffer {
  return readFileSync(join(GOLDEN, example.golden, `${file}.xml`))
}

function exampleOf(operation: string, file = 'request'): Example {
  const found = EXAMPLES.find((example) => example.golden === operation && example.file === file)
  if (found === undefined) throw new Error(`no example ${operation} ${file}`)
  return found
}

function decodeGolden(operation: string, request = 'request', response = 'response'): EwsResult<unknown>[] {
  const example = exampleOf(operation, request)
  return example.decode(golden(example, response))
}

/** Plain words of a result: the value without its XML element, or the error's code and response code. */
function plain(result: EwsResult<unknown>): unknown {
  if (result.kind === 'failed') return [result.error.code, result.error.fields.responseCode, result.error.fields.sent]
  return JSON.parse(JSON.stringify(result.value, (key, value) => (key === 'element' ? undefined : value)))
}

function errorOf(run: () => unknown): ConnectorError {
  try {
    run()
  } catch (error) {
    if (error instanceof ConnectorError) return error
    throw error
  }
  throw new Error('accepted')
}

describe('requests', () => {
  it.each(EXAMPLES)('$golden $file is written as agreed', async (example) => {
    const lines = example.request.replaceAll('><', '>\n<')
    await expect(`${lines}\n`).toMatchFileSnapshot(join(GOLDEN, example.golden, `${example.file}.xml`))
  })

  it.skipIf(!existsSync(SCHEMA_CHECK))(
    'all validate with the published schemas (skipped without ../shared/ews-schema)',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'ews-'))
      const files = EXAMPLES.map((example) => {
        const file = join(folder, `${example.golden}-${example.file}.xml`)
        writeFileSync(file, example.request)
        return file
      })
      execFileSync(SCHEMA_CHECK, files, { stdio: 'pipe' })
      expect(files.length).toBe(EXAMPLES.length)
    },
  )

  it('never mail, never overwrite and never delete for good', () => {
    const all = EXAMPLES.map(({ request }) => request).join('\n')
    expect(all).not.toMatch(
      /HardDelete|SoftDelete|AlwaysOverwrite|AutoResolve|SendToAll|SendOnlyToAll|SendOnly|SendAndSaveCopy/,
    )
    expect(all.match(/<m:UpdateItem .*?>/)?.[0]).toContain('ConflictResolution="NeverOverwrite"')
    expect(all.match(/<m:UpdateItem .*?>/)?.[0]).toContain('SendMeetingInvitationsOrCancellations="SendToNone"')
    for (const open of all.match(/<m:CreateItem .*?>/g) ?? [])
      expect(open).toContain('SendMeetingInvitations="SendToNone"')
    expect(all.match(/<m:DeleteItem .*?>/)?.[0]).toContain('SendMeetingCancellations="SendToNone"')
  })

  it('name the mailbox to act for', () => {
    expect(exampleOf('GetItem').request).toContain(
      '<t:PrimarySmtpAddress>anna.müller+kalender@example.org</t:PrimarySmtpAddress>',
    )
    expect(exampleOf('DeleteItem').request).not.toContain('ExchangeImpersonation')
  })
})

describe('answers', () => {
  it('of GetItem give each item or its own error, and keep the text', () => {
    const results = decodeGolden('GetItem')
    expect(results.map(plain)).toEqual([
      { id: 'AAMkAGI1-one=', changeKey: 'DwAAABYAAAB1' },
      ['exchange.item-refused', 'ErrorItemNotFound', 'no'],
      { id: 'AAMkAGI1-three=', changeKey: 'DwAAABYAAAB3' },
    ])
    const element = results[0]?.kind === 'ok' ? (results[0].value as { element: XmlElement }).element : undefined
    expect(JSON.stringify(element)).toContain('Tea & <cake> for two')
    expect(JSON.stringify(element)).toContain(JSON.stringify('<p>Bring milk</p>\r\n'))
  })

  it('of CreateItem give the new ids', () => {
    expect(decodeGolden('CreateItem').map(plain)).toEqual([
      { id: 'AAMkAGI1-new=', changeKey: 'DwAAABYAAAB9' },
      ['exchange.item-refused', 'ErrorCalendarDurationIsTooLong', 'no'],
    ])
    expect(decodeGolden('CreateItem', 'request-answers', 'response-answers').map(plain)).toEqual([
      [{ id: 'AAMkAGI1-meeting=', changeKey: 'DwAAABYAAACA' }],
      [],
      ['exchange.item-refused', 'ErrorCalendarIsOrganizerForAccept', 'no'],
    ])
  })

  it('of UpdateItem tell a conflict and what was not begun', () => {
    expect(decodeGolden('UpdateItem').map(plain)).toEqual([
      { id: 'AAMkAGI1-one=', changeKey: 'DwAAABYAAACB', conflicts: 0 },
      ['exchange.item-refused', 'ErrorIrresolvableConflict', 'no'],
      ['exchange.server-error', 'ErrorBatchProcessingStopped', 'no'],
    ])
  })

  it('of DeleteItem and DeleteFolder say done or not found', () => {
    expect(decodeGolden('DeleteItem').map(plain)).toEqual([null, ['exchange.item-refused', 'ErrorItemNotFound', 'no']])
    expect(decodeGolden('DeleteFolder').map(plain)).toEqual([null])
  })

  it('of FindItem say whether the page is the last', () => {
    expect(decodeGolden('FindItem').map(plain)).toEqual([
      {
        items: [
          { id: 'AAMkAGI1-one=', changeKey: 'DwAAABYAAAB1' },
          { id: 'AAMkAGI1-two=', changeKey: 'DwAAABYAAAB2' },
        ],
        total: 3,
        last: false,
        nextOffset: 2,
      },
    ])
    expect(decodeGolden('FindItem', 'request', 'response-empty').map(plain)).toEqual([
      { items: [], total: 0, last: true, nextOffset: 0 },
    ])
  })

  it('of SyncFolderItems give every kind of change', () => {
    expect(decodeGolden('SyncFolderItems').map(plain)).toEqual([
      {
        syncState: 'H4sIAAAAItems=',
        last: false,
        entries: [
          { kind: 'create', item: { id: 'AAMkAGI1-one=', changeKey: 'DwAAABYAAAB1' } },
          { kind: 'update', item: { id: 'AAMkAGI1-two=', changeKey: 'DwAAABYAAAB2' } },
          { kind: 'read-flag', id: 'AAMkAGI1-read=', changeKey: 'CQAAAA==' },
          { kind: 'delete', id: 'AAMkAGI1-gone=' },
        ],
      },
    ])
    expect(decodeGolden('SyncFolderItems', 'request-state', 'response-invalid-state').map(plain)).toEqual([
      ['exchange.item-refused', 'ErrorInvalidSyncStateData', 'no'],
    ])
  })

  it('of the folder operations give identity, name and counts', () => {
    const calendar = {
      id: 'AAMkAGI1-calendar=',
      changeKey: 'AgAAABQAAAA=',
      elementName: 'CalendarFolder',
      parentId: 'AAMkAGI1-top=',
      folderClass: 'IPF.Appointment',
      totalCount: 12,
      childFolderCount: 1,
    }
    const [found, missing] = decodeGolden('GetFolder').map(plain)
    expect(found).toEqual({ ...calendar, displayName: 'Kalender & mehr' })
    expect(missing).toEqual(['exchange.folder-not-found', 'ErrorFolderNotFound', 'no'])
    expect(decodeGolden('FindFolder').map(plain)).toMatchObject([
      { folders: [{ ...calendar, displayName: 'Calendar' }, { displayName: 'Team' }], total: 2, last: true },
    ])
    expect(decodeGolden('CreateFolder').map(plain)).toMatchObject([
      { id: 'AAMkAGI1-team=', displayName: null, totalCount: null },
      ['exchange.item-refused', 'ErrorFolderExists', 'no'],
    ])
    expect(decodeGolden('UpdateFolder').map(plain)).toMatchObject([{ id: 'AAMkAGI1-team=' }])
    expect(decodeGolden('SyncFolderHierarchy').map(plain)).toMatchObject([
      { last: true, entries: [{ kind: 'create' }, { kind: 'update' }, { kind: 'delete', id: 'AAMkAGI1-old=' }] },
    ])
  })

  it('of the attachment operations give content and the change key that moved', () => {
    expect(decodeGolden('CreateAttachment').map(plain)).toEqual([
      { id: 'AAMkAGI1-file=', itemChangeKey: 'DwAAABYAAACC' },
    ])
    expect(decodeGolden('GetAttachment').map(plain)).toEqual([
      { id: 'AAMkAGI1-file=', name: 'menu.txt', contentType: 'text/plain', content: 'dGVhCg==' },
    ])
    expect(decodeGolden('DeleteAttachment').map(plain)).toEqual(['DwAAABYAAACD'])
  })

  it('of GetServerTimeZones give ids and names', () => {
    expect(decodeGolden('GetServerTimeZones').map(plain)).toMatchObject([
      [{ id: 'W. Europe Standard Time' }, { id: 'UTC' }],
    ])
  })

  it('with a fault throw its meaning, without addresses', () => {
    const fault = (name: string) =>
      errorOf(() => exampleOf('GetItem').decode(readFileSync(join(GOLDEN, `Fault/${name}.xml`))))
    expect(fault('busy')).toMatchObject({ code: 'exchange.throttled', fields: { retryAfterMs: 1200, sent: 'no' } })
    expect(fault('impersonation').code).toBe('exchange.impersonation-denied')
    expect(fault('schema').code).toBe('exchange.schema')
    expect(fault('no-mailbox').code).toBe('exchange.unknown-mailbox')
    expect(fault('no-mailbox').fields.detail).toBe('The SMTP address (address) has no mailbox associated with it.')
  })

  it.skipIf(!existsSync(SCHEMA_CHECK))(
    'made for these tests are as the schemas want them (skipped without ../shared/ews-schema)',
    () => {
      const files = readdirSync(GOLDEN, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.xml'))
        .map((file) => join(GOLDEN, file))
        // It holds a character that XML forbids and Exchange sends.
        .filter((file) => !file.endsWith('GetItem/response.xml'))
      execFileSync(SCHEMA_CHECK, files, { stdio: 'pipe' })
      expect(files.length).toBeGreaterThan(40)
    },
  )
})

describe('hostile answers', () => {
  const cases = EXAMPLES.flatMap((example) => example.responses.map((response) => ({ example, response })))

  it.each(cases)('$example.golden $response cut at any byte is never accepted', ({ example, response }) => {
    const bytes = golden(example, response)
    const end = bytes.lastIndexOf('>') + 1
    for (let length = 0; length < end; length++) {
      const error = errorOf(() => example.decode(bytes.subarray(0, length)))
      expect([length, error.code]).toEqual([length, 'exchange.truncated'])
    }
  })

  it.each(cases)(
    '$example.golden $response with any one element removed is an error or says the same of the rest',
    ({ example, response }) => {
      const text = golden(example, response).toString('utf8')
      const whole = example.decode(Buffer.from(text)).length
      for (const match of text.matchAll(
        /<t:[A-Za-z]+[^<>]*\/>|<m:(ResponseMessages|[A-Za-z]+ResponseMessage)\b[\s\S]*?<\/m:\1>/g,
      )) {
        const cut = text.slice(0, match.index) + text.slice(match.index + match[0].length)
        try {
          const results = example.decode(Buffer.from(cut))
          expect(results.length).toBe(whole)
        } catch (error) {
          expect((error as ConnectorError).code).toBe('exchange.bad-response')
        }
      }
    },
  )

  it('with any byte changed give an error with a code or as many results as were asked for', () => {
    let seed = 1
    const next = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return seed % below
    }
    for (const { example, response } of cases) {
      const bytes = golden(example, response)
      const whole = example.decode(bytes).length
      for (let run = 0; run < 200; run++) {
        const mutated = Buffer.from(bytes)
        for (let i = 0; i <= next(3); i++) mutated[next(mutated.length)] = next(256)
        try {
          expect(example.decode(mutated).length).toBe(whole)
        } catch (error) {
          expect(error).toBeInstanceOf(ConnectorError)
        }
      }
    }
  })

  it('of another operation or with another number of messages are refused', () => {
    const example = exampleOf('GetItem')
    expect(errorOf(() => example.decode(golden(exampleOf('FindItem'), 'response')))).toMatchObject({
      code: 'exchange.bad-response',
      fields: { reason: 'wrong-response' },
    })
    expect(errorOf(() => example.decode(golden(example, 'response-busy')))).toMatchObject({
      code: 'exchange.throttled',
    })
    expect(errorOf(() => exampleOf('DeleteFolder').decode(golden(exampleOf('DeleteItem'), 'response')))).toMatchObject({
      code: 'exchange.bad-response',
    })
  })

  it('with an unknown kind of change or an item without an id fail instead of leaving it out', () => {
    const example = exampleOf('SyncFolderItems')
    const text = golden(example, 'response').toString('utf8')
    const unknown = example.decode(Buffer.from(text.replaceAll('t:ReadFlagChange', 't:Moved')))
    expect(unknown).toMatchObject([{ kind: 'failed', error: { fields: { reason: 'unknown-change' } } }])
    const nameless = example.decode(
      Buffer.from(text.replace('<t:ItemId Id="AAMkAGI1-two=" ChangeKey="DwAAABYAAAB2"/>', '')),
    )
    expect(nameless).toMatchObject([{ kind: 'failed', error: { code: 'exchange.bad-response' } }])
  })
})

describe('documented examples', () => {
  const files = existsSync(MICROSOFT_EXAMPLES)
    ? readdirSync(MICROSOFT_EXAMPLES).filter((file) => file.endsWith('.xml'))
    : []

  it.skipIf(files.length === 0)(
    'of Microsoft are read by the decoders (skipped without ../shared/ews-examples)',
    () => {
      let read = 0
      for (const file of files) {
        const bytes = readFileSync(join(MICROSOFT_EXAMPLES, file))
        const name = /<(?:m:)?([A-Za-z]+)Response\b/.exec(bytes.toString('utf8'))?.[1]
        const example = EXAMPLES.find(({ golden, file }) => golden === name && file === 'request')
        // One page has a slip in the envelope's namespace.
        if (example === undefined || bytes.includes('https://schemas.xmlsoap.org')) continue
        try {
          for (const result of example.decode(bytes)) {
            if (result.kind === 'failed') expect(result.error.fields, file).toHaveProperty('responseCode')
          }
        } catch (error) {
          // The examples answer another number of ids than the request here has; the answer itself was read.
          expect((error as ConnectorError).fields, file).toMatchObject({ reason: 'message-count' })
        }
        read++
      }
      expect(read).toBeGreaterThan(20)
    },
  )
})
