/** A bare DAV client for the simulator's own tests: one request, one answer, nothing interpreted. Also small builders of calendar texts. */
import type { NextcloudSimulator } from './simulator.ts'
import { childNamed, childrenNamed, parseXml, type XmlNode } from './xml.ts'

export type RawReply = { status: number; headers: Headers; text: string }
export type RawClient = (
  method: string,
  path: string,
  options?: { body?: string; headers?: Record<string, string> },
) => Promise<RawReply>

/** `path` is below the DAV root. */
export function rawClient(sim: NextcloudSimulator, login: string, password: string): RawClient {
  const authorization = `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`
  return async (method, path, options = {}) => {
    const headers = { authorization, ...options.headers }
    const body = options.body === undefined ? {} : { body: options.body }
    const response = await fetch(new URL(path, sim.davUrl), { method, headers, ...body, redirect: 'manual' })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
}

/** A VEVENT with the given lines instead of, or besides, the usual ones. */
export function eventText(
  uid: string,
  lines: string[] = ['DTSTART:20300105T090000Z', 'DTEND:20300105T100000Z'],
): string {
  return [
    ...[
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//test//EN',
      'BEGIN:VEVENT',
      `UID:${uid}`,
      'DTSTAMP:20260101T000000Z',
    ],
    ...[`SUMMARY:Event ${uid}`, ...lines, 'END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n')
}

export const meetingText = (uid: string, attendees: string[], more: string[] = []): string =>
  eventText(uid, [
    'DTSTART:20300105T090000Z',
    'DTEND:20300105T100000Z',
    ...more,
    ...attendees.map((attendee) => (attendee.startsWith('ATTENDEE') ? attendee : `ATTENDEE:mailto:${attendee}`)),
  ])

export type Listed = { href: string; status: string; etag: string | null }

/** The responses of a multistatus, with the status of the response or of the propstat that holds the ETag. */
export function listed(text: string): Listed[] {
  return childrenNamed(parseXml(text), '{DAV:}response').map((response) => {
    const own = childNamed(response, '{DAV:}status')?.text
    const propstat = childNamed(response, '{DAV:}propstat')
    const etag = childNamed(childNamed(propstat, '{DAV:}prop'), '{DAV:}getetag')?.text
    return {
      href: childNamed(response, '{DAV:}href')?.text ?? '',
      status: (own ?? childNamed(propstat, '{DAV:}status')?.text ?? '').replace('HTTP/1.1 ', ''),
      etag: etag ? etag : null,
    }
  })
}

export const tokenOf = (text: string): string => childNamed(parseXml(text), '{DAV:}sync-token')?.text ?? ''

/** Every element of that name in a document. */
export function everyElement(node: XmlNode, name: string): XmlNode[] {
  return [...(node.name === name ? [node] : []), ...node.children.flatMap((child) => everyElement(child, name))]
}

export const syncBody = (token: string, more = ''): string =>
  `<d:sync-collection xmlns:d="DAV:"><d:sync-token>${token}</d:sync-token><d:sync-level>1</d:sync-level>${more}<d:prop><d:getetag/></d:prop></d:sync-collection>`

export const multigetBody = (hrefs: string[]): string =>
  `<c:calendar-multiget xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/></d:prop>${hrefs.map((href) => `<d:href>${href}</d:href>`).join('')}</c:calendar-multiget>`

/** `filter` goes inside of the VCALENDAR comp-filter. */
export const queryBody = (filter: string): string =>
  `<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/></d:prop><c:filter><c:comp-filter name="VCALENDAR">${filter}</c:comp-filter></c:filter></c:calendar-query>`

export const propfindBody = (...names: string[]): string =>
  `<d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:a="http://apple.com/ns/ical/" xmlns:cs="http://calendarserver.org/ns/" xmlns:oc="http://owncloud.org/ns"><d:prop>${names.map((name) => `<${name}/>`).join('')}</d:prop></d:propfind>`
