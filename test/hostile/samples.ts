/** Well-formed inputs that are damaged: the golden files, and a few answers of DAV servers, JSON and headers. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodePox } from '../../src/exchange/discovery/pox.ts'
import { encodeSoap } from '../../src/exchange/discovery/soap.ts'
import { Autodiscover } from '../simulators/exchange/autodiscover.ts'

const GOLDEN = join(import.meta.dirname, '..', 'golden')

/** Golden files of these folders with this ending, in a fixed order. */
export function goldenFiles(folders: readonly string[], ending: string): string[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(GOLDEN, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(GOLDEN, folder, name),
      ),
    )
    .filter((path) => path.endsWith(ending))
    .sort()
    .map((path) => readFileSync(path, 'utf8'))
}

const NAMESPACES =
  'xmlns:d="DAV:" xmlns:cal="urn:ietf:params:xml:ns:caldav" xmlns:card="urn:ietf:params:xml:ns:carddav" xmlns:cs="http://calendarserver.org/ns/" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.com/ns"'

function multistatus(...responses: readonly string[]): string {
  return `<?xml version="1.0"?>\n<d:multistatus ${NAMESPACES}>\n${responses.join('\n')}\n</d:multistatus>\n`
}

function response(href: string, status: number, props: string): string {
  const propstat = `<d:propstat><d:prop>${props}</d:prop><d:status>HTTP/1.1 ${status} OK</d:status></d:propstat>`
  return `<d:response><d:href>${href}</d:href>${propstat}</d:response>`
}

const HOME = '/remote.php/dav/calendars/anna/'
const EVENT =
  'BEGIN:VCALENDAR&#13;\nVERSION:2.0&#13;\nBEGIN:VEVENT&#13;\nUID:1&#13;\nDTSTART:20260101T100000Z&#13;\nEND:VEVENT&#13;\nEND:VCALENDAR&#13;\n'

export const DAV_ANSWERS: readonly string[] = [
  multistatus(
    response(
      `${HOME}personal/`,
      200,
      '<d:resourcetype><d:collection/><cal:calendar/></d:resourcetype><d:displayname>Personal</d:displayname><cal:supported-calendar-component-set><cal:comp name="VEVENT"/></cal:supported-calendar-component-set><oc:owner-principal>principals/users/anna</oc:owner-principal><d:current-user-privilege-set><d:privilege><d:write/></d:privilege></d:current-user-privilege-set>',
    ),
    response(`${HOME}inbox/`, 200, '<d:resourcetype><d:collection/><cal:schedule-inbox/></d:resourcetype>'),
  ),
  multistatus(
    response(`${HOME}personal/1.ics`, 200, '<d:getetag>"0123abc"</d:getetag>'),
    `<d:response><d:href>${HOME}personal/2.ics</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>`,
    `<d:response><d:href>${HOME}personal/</d:href><d:status>HTTP/1.1 507 Insufficient Storage</d:status><d:error><d:number-of-matches-within-limits/></d:error></d:response>`,
    '<d:sync-token>http://sabre.io/ns/sync/42</d:sync-token>',
  ),
  multistatus(
    response(
      `${HOME}personal/1.ics`,
      200,
      `<d:getetag>"0123abc"</d:getetag><cal:calendar-data>${EVENT}</cal:calendar-data>`,
    ),
  ),
  multistatus(
    response(
      '/remote.php/dav/addressbooks/users/anna/contacts/',
      200,
      '<d:resourcetype><d:collection/><card:addressbook/></d:resourcetype><d:displayname>Contacts</d:displayname>',
    ),
  ),
  '<?xml version="1.0" encoding="utf-8"?><d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns"><s:exception>Sabre\\DAV\\Exception\\PreconditionFailed</s:exception><s:message>An If-Match header was specified</s:message><s:header>If-Match</s:header></d:error>',
]

export const JSON_TEXTS: readonly string[] = [
  '{"kind":"sync","token":"http://sabre.io/ns/sync/42","day":20512,"seen":["abcdefghijk"],"exact":false}',
  '{"kind":"list","ctag":"x","etags":{"/a/1.ics":"abcdefghijk"}}',
  '{"ocs":{"meta":{"status":"ok","statuscode":200},"data":{"users":[{"uid":"anna","mailbox":"anna@corp.test"}],"next":null}}}',
]

export const HEADERS: readonly string[] = [
  'NTLM TlRMTVNTUAACAAAADAAMADgAAAAFgokC',
  'Negotiate, NTLM, Basic realm="mail.corp.test"',
  'Basic realm="x", Bearer error="invalid_token", authorization_uri="https://login.test/"',
  '120',
  'Wed, 21 Oct 2026 07:28:00 GMT',
  'W/"0123-gzip"',
  '2000003;reason="The audience claim value is invalid.";error_category="invalid_resource"',
  'text/xml; charset="utf-8"',
]

/** Answers of the simulated autodiscover: settings, both redirects, an unknown address. */
export const DISCOVERY: Readonly<Record<'pox' | 'soap', readonly string[]>> = {
  pox: discovered('pox'),
  soap: discovered('soap'),
}

function discovered(format: 'pox' | 'soap'): string[] {
  const server = new Autodiscover((email) => (email === 'anna@corp.test' ? 'Anna' : undefined))
  server.urls = {
    external: 'https://mail.corp.test/EWS/Exchange.asmx',
    internal: 'https://ex1.corp.test/EWS/Exchange.asmx',
  }
  server.redirects.set('moved@corp.test', { kind: 'address', address: 'moved@tenant.test' })
  server.redirects.set('sent-on@corp.test', { kind: 'url', url: 'https://other.test/autodiscover/autodiscover.xml' })
  const url = new URL('https://mail.corp.test/autodiscover/autodiscover.svc')
  return ['anna', 'moved', 'sent-on', 'nobody'].map((name) => {
    const address = `${name}@corp.test`
    const body = format === 'pox' ? encodePox(address) : encodeSoap(address, url)
    return server.answer(format, body, { account: 'svc', host: url.host }).body
  })
}
