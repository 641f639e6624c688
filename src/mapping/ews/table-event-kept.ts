/** The properties of a calendar item that stay on Exchange: see table-event.ts. */
import type { NativeProperty } from '../ical/table.ts'

const element = (name: string, text: string) => `<t:${name}>${text}</t:${name}>`

const kept = (property: string, from: string, to: string, note?: string): NativeProperty => {
  const [name = ''] = property.slice(property.indexOf(':') + 1).split(' ', 1)
  const probe = { from: [element(name, from)], to: [element(name, to)] }
  return { property, path: null, ...(note === undefined ? {} : { note }), probe }
}

const extended = (value: string) =>
  `<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="theirs" PropertyType="String"/>${element('Value', value)}`

/** What the connector reads past and never writes. */
export const EWS_EVENT_KEPT: readonly NativeProperty[] = [
  {
    property: 'item:Attachments (inline)',
    path: null,
    note: 'images of the body',
    probe: {
      from: [
        element('Attachments', element('FileAttachment', element('IsInline', 'true') + element('Content', 'T25l'))),
      ],
      to: [element('Attachments', element('FileAttachment', element('IsInline', 'true') + element('Content', 'VHdv')))],
    },
  },
  kept(
    'item:Attachments (items)',
    element('ItemAttachment', element('Name', 'a')),
    '',
    'attached messages and other items',
  ),
  kept(
    'item:Attachments (references)',
    element('ReferenceAttachment', element('Name', 'a')),
    '',
    'links to cloud storage',
  ),
  kept('item:ExtendedProperty', extended('a'), extended('b'), 'properties of other programs'),
  kept('calendar:JoinOnlineMeetingUrl', 'https://example.org/a', 'https://example.org/b', 'online meetings'),
  kept('calendar:NetShowUrl', 'https://example.org/a', ''),
  kept('calendar:MeetingWorkspaceUrl', 'https://example.org/a', ''),
  kept('calendar:ConferenceType', '0', '1'),
  kept('calendar:AllowNewTimeProposal', 'true', 'false'),
  kept('calendar:AppointmentSequenceNumber', '0', '3', 'counted by the server'),
  kept('calendar:AppointmentReplyTime', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'),
  kept('item:Culture', 'de-DE', 'en-US'),
]
