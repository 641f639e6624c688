/** REPORT: chooses by the name of the root element. */
import type { Call, Reply } from '../call.ts'
import { DavError } from '../errors.ts'
import { caldav, carddav, dav, splitClark } from '../names.ts'
import { resolve } from '../resources.ts'
import { parseXml } from '../xml.ts'
import { multiget } from './multiget.ts'
import { addressBookQuery, calendarQuery } from './query.ts'
import { syncCollection } from './sync.ts'

/** The local name of a report, for the request log and for faults, without parsing the whole body. */
export function reportName(body: string): string | null {
  const match = /<(?:[A-Za-z_][\w.-]*:)?([a-z-]+)[\s/>]/.exec(body.replace(/<\?[^>]*\?>/g, ''))
  return match?.[1] ?? null
}

export function report(call: Call): Reply {
  const root = parseXml(call.body)
  const resource = resolve(call, call.segments)
  switch (root.name) {
    case caldav('calendar-multiget'):
    case carddav('addressbook-multiget'):
      return multiget(call, root)
    case caldav('calendar-query'):
      return calendarQuery(call, resource, root)
    case carddav('addressbook-query'):
      return addressBookQuery(call, resource, root)
    case dav('sync-collection'):
      return syncCollection(call, resource, root)
    default:
      throw new DavError(
        'report-not-supported',
        `The ${splitClark(root.name).local} REPORT is not supported on this url.`,
        {
          condition: '<d:supported-report/>',
        },
      )
  }
}
