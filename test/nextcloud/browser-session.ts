/** What a browser keeps of a person who signed in: cookies. With them a test asks as that browser would, and loses some of them, as time or a thief would. */
import { type RawAnswer, type RawRequest, rawRequest } from './raw-request.ts'

export type BrowserSession = {
  ask(request: RawRequest): Promise<RawAnswer>
  /** The browser was closed and opened again: what stays is the promise to know the person, not that they entered their password lately. */
  reopened(): BrowserSession
}

type Cookies = ReadonlyMap<string, string>

/** Signs in through the server's form. Throws where it refuses the password. */
export async function openSession(rootUrl: string, user: string, password: string): Promise<BrowserSession> {
  const form = await rawRequest(rootUrl, { method: 'GET', path: '/index.php/login' })
  const before = kept(new Map(), form)
  const token = /data-requesttoken="([^"]+)"/.exec(form.text)?.[1] ?? ''
  const fields = {
    user,
    password,
    requesttoken: token,
    rememberme: '1',
    timezone: 'Europe/Berlin',
    timezone_offset: '1',
  }
  const headers = {
    Cookie: cookieHeader(before),
    Origin: new URL(rootUrl).origin,
    'Content-Type': 'application/x-www-form-urlencoded',
  }
  const body = new URLSearchParams(fields).toString()
  const answer = await rawRequest(rootUrl, { method: 'POST', path: '/index.php/login', headers, body })
  const target = answer.headers.location ?? ''
  if (answer.status !== 303 || target.includes('/login'))
    throw new Error(`${user} could not sign in: ${answer.status} ${target}`)
  return sessionOf(rootUrl, kept(before, answer))
}

function sessionOf(rootUrl: string, given: Cookies): BrowserSession {
  let cookies = given
  return {
    ask: async (request) => {
      const headers = { 'OCS-APIRequest': 'true', Accept: 'application/json', ...request.headers }
      const answer = await rawRequest(rootUrl, { ...request, headers: { ...headers, Cookie: cookieHeader(cookies) } })
      cookies = kept(cookies, answer)
      return answer
    },
    reopened: () => sessionOf(rootUrl, new Map([...cookies].filter(([name]) => /^(?:__Host-)?nc_/.test(name)))),
  }
}

function kept(before: Cookies, { headers }: RawAnswer): Cookies {
  const after = new Map(before)
  for (const line of headers['set-cookie'] ?? []) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (value === 'deleted') after.delete(name)
    else after.set(name, value)
  }
  return after
}

function cookieHeader(cookies: Cookies): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
}
