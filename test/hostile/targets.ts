/** What reads things that others wrote, each with well-formed samples: damaged, they are read, or refused by name, and nothing else happens. */
import { challengeOf } from '../../src/exchange/auth/challenges.ts'
import { readChallenge } from '../../src/exchange/auth/ntlm-messages.ts'
import { decodePox } from '../../src/exchange/discovery/pox.ts'
import { decodeSoap } from '../../src/exchange/discovery/soap.ts'
import { statusError as ewsStatusError, isXml } from '../../src/exchange/http-status.ts'
import { dryRunFile } from '../../src/mapping/dry-run.ts'
import { calendarCodec } from '../../src/nextcloud/calendar-codec.ts'
import { type Codec, normaliseLines } from '../../src/nextcloud/codec.ts'
import { contactCodec } from '../../src/nextcloud/contact-codec.ts'
import { readCursor } from '../../src/nextcloud/cursor.ts'
import { readAddressBook } from '../../src/nextcloud/dav/address-book.ts'
import { readCalendar } from '../../src/nextcloud/dav/calendar.ts'
import { readMultistatus } from '../../src/nextcloud/dav/multistatus.ts'
import { retryAfterMs } from '../../src/nextcloud/dav/retry.ts'
import { statusError as davStatusError } from '../../src/nextcloud/dav/status-error.ts'
import { versionOf } from '../../src/nextcloud/side-context.ts'
import { todoCodec } from '../../src/nextcloud/todo-codec.ts'
import type { Cursor } from '../../src/ports/side.ts'
import { EXAMPLES } from '../core/ews-requests.ts'
import { SimClock } from '../sim/chance.ts'
import { DAV_ANSWERS, DISCOVERY, goldenFiles, HEADERS, JSON_TEXTS } from './samples.ts'

export type Target = { name: string; samples: readonly string[]; read: (text: string) => void }

const clock = new SimClock()
const ZONE = 'Europe/Berlin'
const BASE = 'https://cloud.test/remote.php/dav/calendars/anna/'
const MULTISTATUS_STATUSES = [200, 400, 403, 404, 409, 412, 423, 500, 503, 507]

/** Both lenses over it, and the law that what changes nothing is not written (I19). */
function document(codec: Codec): Target['read'] {
  return (text) => {
    const native = normaliseLines(text)
    const decoded = codec.decode(native)
    if (decoded.kind === 'item') {
      if (codec.encode(native, decoded.model) !== native) throw new Error('reading and writing it changes it')
      codec.fit(decoded.model)
      codec.fit(decoded.model, decoded.model)
    }
    dryRunFile({ name: 'hostile', text })
  }
}

function davAnswer(text: string): void {
  for (const status of MULTISTATUS_STATUSES)
    davStatusError({ status, url: BASE, headers: new Headers(), text }, status < 500 ? 'item' : 'collection')
  for (const response of readMultistatus(text, BASE).responses) {
    readCalendar(response, { base: BASE, principalUrl: null })
    readAddressBook(response, { base: BASE, principalUrl: null })
  }
}

function header(text: string): void {
  const value = text.replace(/[^\t\u0020-\u00ff]/g, ' ')
  const [token = ''] = value.split(' ').slice(-1)
  for (const scheme of ['NTLM', 'Negotiate'] as const) challengeOf([value], scheme)
  retryAfterMs(value, clock.nowMs())
  versionOf(value)
  isXml({ 'content-type': value })
  const headers = { 'retry-after': value, 'www-authenticate': [value], 'x-ms-diagnostics': value }
  for (const status of [401, 403, 429, 503]) ewsStatusError({ status, headers, body: Buffer.from(text) }, clock)
  readChallenge(Buffer.from(token, 'base64'))
}

/** A damaged answer has as many parts as were asked for, or is refused. */
function ewsAnswers(): Target[] {
  return EXAMPLES.map((example) => {
    const files = goldenFiles([`ews/${example.golden}`], '.xml').filter((text) => text.includes('Response'))
    return {
      name: `EWS answers to ${example.golden} (${example.file})`,
      samples: files,
      read: (text) => void example.decode(Buffer.from(text)),
    }
  })
}

export const TARGETS: readonly Target[] = [
  {
    name: 'events',
    samples: goldenFiles(['events', 'ical'], '.ics'),
    read: document(calendarCodec({ floatingZone: ZONE, clock })),
  },
  { name: 'tasks', samples: goldenFiles(['todo'], '.ics'), read: document(todoCodec({ floatingZone: ZONE, clock })) },
  { name: 'cards', samples: goldenFiles(['vcard'], '.vcf'), read: document(contactCodec({ clock })) },
  {
    name: 'items of Exchange',
    samples: goldenFiles(['events', 'ews-task', 'ews-contact'], '.xml'),
    read: (text) => void dryRunFile({ name: 'hostile', text }),
  },
  { name: 'DAV answers', samples: DAV_ANSWERS, read: davAnswer },
  { name: 'JSON', samples: JSON_TEXTS, read: (text) => void readCursor(text as Cursor) },
  { name: 'headers', samples: HEADERS, read: header },
  { name: 'autodiscover in plain XML', samples: DISCOVERY.pox, read: (text) => void decodePox(Buffer.from(text)) },
  { name: 'autodiscover in SOAP', samples: DISCOVERY.soap, read: (text) => void decodeSoap(Buffer.from(text)) },
  ...ewsAnswers(),
]
