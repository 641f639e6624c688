/** Calendars and address books of a server as a person's other program handles them, by plain HTTP. Nothing of the connector's client helps here. */
import { expect } from 'vitest'
import type { DavAccount } from './full-sync.ts'

const NAMESPACES =
  'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:card="urn:ietf:params:xml:ns:carddav" xmlns:a="http://apple.com/ns/ical/"'

export async function davCollections(account: DavAccount) {
  const authorization = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`
  const ask = (method: string, url: string, { body, type = 'application/xml', depth }: Asking = {}) =>
    fetch(url, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: { authorization, 'Content-Type': type, ...(depth === undefined ? {} : { Depth: depth }) },
    })
  const home = async (prop: string): Promise<string> => {
    const find = async (url: string, name: string) => {
      const body = `<d:propfind ${NAMESPACES}><d:prop><${name}/></d:prop></d:propfind>`
      const text = await (await ask('PROPFIND', url, { body, depth: '0' })).text()
      const [, local = ''] = name.split(':')
      const found = new RegExp(`${local}[^>]*>\\s*<[^>]*href[^>]*>([^<]+)<`).exec(text)?.[1]
      return found === undefined ? expect.fail(`${name} of ${url}: ${text.slice(0, 500)}`) : new URL(found, url).href
    }
    return find(await find(account.davUrl, 'd:current-user-principal'), prop)
  }
  const calendars = await home('c:calendar-home-set')
  const books = await home('card:addressbook-home-set')

  const listed = async (url: string): Promise<{ url: string; name: string }[]> => {
    const body = `<d:propfind ${NAMESPACES}><d:prop><d:displayname/><d:resourcetype/></d:prop></d:propfind>`
    const text = await (await ask('PROPFIND', url, { body, depth: '1' })).text()
    return text.split(/<(?:\w+:)?response[ >]/).flatMap((one) => {
      const href = /href[^>]*>([^<]+)</.exec(one)?.[1]
      const name = /displayname[^>]*>([^<]+)</.exec(one)?.[1]
      const isCollection = /<(?:\w+:)?(?:calendar|addressbook)[ />]/.test(one)
      return href && name && isCollection ? [{ url: new URL(href, url).href, name }] : []
    })
  }
  const all = async () => [...(await listed(calendars)), ...(books === calendars ? [] : await listed(books))]

  return {
    names: async () => (await all()).map(({ name }) => name),
    urlOf: async (name: string) =>
      (await all()).find((one) => one.name === name)?.url ?? expect.fail(`no collection ${name}`),
    makeTaskList: async (segment: string, { displayName, color }: { displayName: string; color: string }) => {
      const body = `<c:mkcalendar ${NAMESPACES}><d:set><d:prop><d:displayname>${displayName}</d:displayname><a:calendar-color>${color}</a:calendar-color><c:supported-calendar-component-set><c:comp name="VTODO"/></c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>`
      expect((await ask('MKCALENDAR', `${calendars}${segment}/`, { body })).status).toBe(201)
      return `${calendars}${segment}/`
    },
    makeBook: async (segment: string, displayName: string) => {
      const body = `<d:mkcol ${NAMESPACES}><d:set><d:prop><d:resourcetype><d:collection/><card:addressbook/></d:resourcetype><d:displayname>${displayName}</d:displayname></d:prop></d:set></d:mkcol>`
      expect((await ask('MKCOL', `${books}${segment}/`, { body })).status).toBe(201)
      return `${books}${segment}/`
    },
    put: async (url: string, body: string) => {
      const type = url.endsWith('.vcf') ? 'text/vcard; charset=utf-8' : 'text/calendar; charset=utf-8'
      expect([200, 201, 204]).toContain((await ask('PUT', url, { body, type })).status)
    },
    /** Every object of a collection. */
    list: async (url: string): Promise<{ url: string; text: string }[]> => {
      const text = await (await ask('PROPFIND', url, { body: '', depth: '1' })).text()
      const hrefs = [...text.matchAll(/href>([^<]+\.(?:ics|vcf))</g)].map((match) => new URL(match[1] ?? '', url).href)
      return Promise.all(hrefs.map(async (one) => ({ url: one, text: await (await ask('GET', one)).text() })))
    },
    rename: async (url: string, displayName: string) => {
      const body = `<d:propertyupdate ${NAMESPACES}><d:set><d:prop><d:displayname>${displayName}</d:displayname></d:prop></d:set></d:propertyupdate>`
      expect((await ask('PROPPATCH', url, { body })).status).toBe(207)
    },
    remove: async (url: string) => expect([200, 204]).toContain((await ask('DELETE', url)).status),
  }
}

type Asking = { body?: string; type?: string; depth?: string }
