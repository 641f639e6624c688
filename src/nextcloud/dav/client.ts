/**
 * A CalDAV client for one user: signs in, retries within bounds, and gives multistatus answers only when they are whole.
 * Requests are built by tsdav's primitives; answers are read here, because tsdav reads a cut document as a shorter list,
 * turns a display name `1e5` into a number and trims calendar data (measured; docs/decisions).
 */
import { createObject, davRequest, deleteObject, propfind, updateObject } from 'tsdav'
import type { Clock, Random } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import { type Call, createCall, unwrapped } from './call.ts'
import { type Multistatus, readMultistatus } from './multistatus.ts'
import { statusError } from './status-error.ts'
import { createDavTransport, type DavAnswer, type DavTransport, type TlsOptions } from './transport.ts'
import { NAMESPACES } from './xml.ts'

/** Element content in xml-js compact form, as tsdav takes it: `{'d:prop': {'d:getetag': {}}}`. */
export type XmlBody = { [name: string]: unknown }

export type DavClientOptions = {
  /** What the administrator gave: a server root, a DAV root, a principal or a calendar home. */
  baseUrl: string
  username: string
  /** An app password. */
  password: string
  tls?: TlsOptions
  /** Shared by the clients of many users; without it the client makes and closes its own. */
  transport?: DavTransport
  timeoutMs?: number
  clock: Clock
  random: Random
  log: Log
  signal?: AbortSignal
}

export type Precondition = { kind: 'must-be-new' } | { kind: 'must-match'; etag: string }

/** Every method throws ConnectorError for what concerns the whole server: sign-in, unreachable, TLS, throttled. */
export type DavClient = {
  readonly baseUrl: string
  readonly username: string
  /** Properties by prefixed name (`d:getetag`), see NAMESPACES. Throws for any other answer than a whole multistatus. */
  propfind(url: string, options: { depth: '0' | '1'; props: readonly string[] }): Promise<Multistatus>
  /** `root`: the report's element (`c:calendar-multiget`). The answer may be any status: see `multistatusOf`. */
  report(url: string, options: { depth?: '0' | '1'; root: string; body: XmlBody }): Promise<DavAnswer>
  get(url: string): Promise<DavAnswer>
  /** Silent towards people on every Nextcloud version (nextcloud-facts section 4). */
  put(url: string, text: string, precondition: Precondition): Promise<DavAnswer>
  remove(url: string, etag: string | null): Promise<DavAnswer>
  mkcalendar(url: string, props: XmlBody): Promise<DavAnswer>
  /** Extended MKCOL (RFC 5689): `props` has the resourcetype. */
  mkcol(url: string, props: XmlBody): Promise<DavAnswer>
  /** Properties of a collection; their own answers are in the multistatus. */
  proppatch(url: string, props: XmlBody): Promise<DavAnswer>
  close(): Promise<void>
}

/** No write of the connector makes Nextcloud mail anybody: the one header works on all versions, the other on 34 (INV-2, I24). */
export const SILENT = { 'Schedule-Reply': 'F', 'X-NC-Scheduling': 'false' } as const

const ATTRIBUTES = Object.fromEntries(Object.entries(NAMESPACES).map(([prefix, uri]) => [`xmlns:${prefix}`, uri]))

/** Sabre refuses a card that comes as a calendar (415), and the other way round. */
function contentType(text: string): { 'Content-Type': string } {
  return { 'Content-Type': `text/${/^BEGIN:VCARD/i.test(text) ? 'vcard' : 'calendar'}; charset=utf-8` }
}

/** The multistatus of an answer to a request on a collection; throws for every other status. */
export function multistatusOf(answer: DavAnswer): Multistatus {
  if (answer.status === 207) return readMultistatus(answer.text, answer.url)
  if (answer.status >= 200 && answer.status <= 299) {
    // A login page of a proxy, or a web server where no DAV is.
    throw new ConnectorError('nextcloud.bad-response', {
      status: answer.status,
      detail: `expected 207, got ${answer.headers.get('content-type') ?? 'no content type'}`,
    })
  }
  throw statusError(answer, 'collection')
}

/** See DavClientOptions. The client holds no connection of its own when a transport is given. */
export function createDavClient(options: DavClientOptions): DavClient {
  const { transport: shared, timeoutMs, tls } = options
  const transport =
    shared ?? createDavTransport({ ...(tls ? { tls } : {}), ...(timeoutMs === undefined ? {} : { timeoutMs }) })
  const call = createCall(transport, options)
  const write: Call = async (run) => unwrapped(await call(run))
  return {
    baseUrl: options.baseUrl,
    username: options.username,
    async propfind(url, { depth, props }) {
      const elements = Object.fromEntries(props.map((name) => [name, {}]))
      const fetchOptions = {}
      // tsdav's own propfind knows no Nextcloud namespaces; davRequest takes ours.
      const knownToTsdav = props.every((name) => !/^(oc|nc|exc):/.test(name))
      const answer = await call((fetch) =>
        knownToTsdav
          ? propfind({ url, props: elements, depth, fetchOptions, fetch })
          : davRequest({
              url,
              init: {
                method: 'PROPFIND',
                headers: { depth },
                attributes: ATTRIBUTES,
                body: { 'd:propfind': { 'd:prop': elements } },
              },
              fetch,
            }),
      )
      return multistatusOf(answer)
    },
    report: (url, { depth, root, body }) =>
      call((fetch) =>
        davRequest({
          url,
          init: { method: 'REPORT', headers: depth ? { depth } : {}, attributes: ATTRIBUTES, body: { [root]: body } },
          fetch,
        }),
      ),
    get: (url) => call((fetch) => davRequest({ url, init: { method: 'GET', headers: {}, body: undefined }, fetch })),
    put: (url, data, precondition) =>
      write((fetch) =>
        precondition.kind === 'must-be-new'
          ? createObject({ url, data, headers: { ...contentType(data), ...SILENT, 'If-None-Match': '*' }, fetch })
          : updateObject({ url, data, etag: precondition.etag, headers: { ...contentType(data), ...SILENT }, fetch }),
      ),
    remove: (url, etag) =>
      write((fetch) => deleteObject({ url, ...(etag === null ? {} : { etag }), headers: { ...SILENT }, fetch })),
    mkcalendar: (url, props) =>
      write((fetch) => davRequest({ url, init: makeRequest('MKCALENDAR', 'c:mkcalendar', props), fetch })),
    mkcol: (url, props) => write((fetch) => davRequest({ url, init: makeRequest('MKCOL', 'd:mkcol', props), fetch })),
    proppatch: (url, props) =>
      write((fetch) => davRequest({ url, init: makeRequest('PROPPATCH', 'd:propertyupdate', props), fetch })),
    close: async () => {
      if (!shared) await transport.close()
    },
  }
}

function makeRequest(method: 'MKCALENDAR' | 'MKCOL' | 'PROPPATCH', root: string, props: XmlBody) {
  return { method, headers: {}, attributes: ATTRIBUTES, body: { [root]: { 'd:set': { 'd:prop': props } } } }
}
