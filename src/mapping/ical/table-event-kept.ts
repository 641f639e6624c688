/** The properties of a VEVENT that stay on Nextcloud: see table-event.ts. */
import type { NativeProperty } from './table.ts'

const alarm = (...lines: string[]) => ['BEGIN:VALARM', 'DESCRIPTION:x', ...lines, 'END:VALARM']
const DISPLAY = alarm('ACTION:DISPLAY', 'TRIGGER:-PT15M')

const kept = (property: string, from: string, to: string, note?: string): NativeProperty => ({
  property,
  path: null,
  ...(note === undefined ? {} : { note }),
  probe: { from: [from], to: [to] },
})

/** What Exchange has no property for through EWS. */
export const ICAL_EVENT_KEPT: readonly NativeProperty[] = [
  kept(
    'ATTACH',
    'ATTACH:https://example.org/a',
    'ATTACH:https://example.org/b',
    'links, managed attachments among them',
  ),
  kept('GEO', 'GEO:52.5;13.4', 'GEO:1;1'),
  kept('URL', 'URL:https://example.org/a', 'URL:https://example.org/b'),
  kept('COLOR', 'COLOR:red', 'COLOR:blue'),
  kept('CONFERENCE', 'CONFERENCE;VALUE=URI:https://example.org/a', 'CONFERENCE;VALUE=URI:https://example.org/b'),
  kept('IMAGE', 'IMAGE;VALUE=URI:https://example.org/a', 'IMAGE;VALUE=URI:https://example.org/b'),
  kept('COMMENT', 'COMMENT:a', 'COMMENT:b'),
  kept('CONTACT', 'CONTACT:a', 'CONTACT:b'),
  kept('RELATED-TO', 'RELATED-TO:a', 'RELATED-TO:b'),
  kept('RESOURCES', 'RESOURCES:a', 'RESOURCES:b', 'resources that are invited are ATTENDEE;CUTYPE=RESOURCE'),
  kept('REQUEST-STATUS', 'REQUEST-STATUS:2.0;Success', 'REQUEST-STATUS:3.1;Invalid'),
  kept('SOURCE', 'SOURCE;VALUE=URI:https://example.org/a', 'SOURCE;VALUE=URI:https://example.org/b'),
  kept('STRUCTURED-DATA', 'STRUCTURED-DATA;VALUE=TEXT:a', 'STRUCTURED-DATA;VALUE=TEXT:b'),
  kept('X-*', 'X-ANYTHING;X-A="b:c":a', 'X-ANYTHING;X-A="b:c":b', 'properties of other programs'),
  {
    property: 'VALARM (others)',
    path: null,
    note: 'further alarms, alarms by mail, snoozes, repeats',
    probe: {
      from: [...DISPLAY, ...alarm('ACTION:DISPLAY', 'TRIGGER:-PT1H')],
      to: [...DISPLAY, ...alarm('ACTION:DISPLAY', 'TRIGGER:-PT2H')],
    },
  },
  {
    property: 'PARTICIPANT, VLOCATION, VRESOURCE',
    path: null,
    note: 'components inside the event (RFC 9073)',
    probe: {
      from: ['BEGIN:PARTICIPANT', 'PARTICIPANT-TYPE:SPEAKER', 'END:PARTICIPANT'],
      to: ['BEGIN:PARTICIPANT', 'PARTICIPANT-TYPE:SPONSOR', 'END:PARTICIPANT'],
    },
  },
  kept('SEQUENCE', 'SEQUENCE:1', 'SEQUENCE:2', 'raised when the sync moves a meeting (RFC 5546 section 2.1.4)'),
]
