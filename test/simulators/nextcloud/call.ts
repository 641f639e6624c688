/** One request on its way through the simulator, and its answer. Everything that the methods need is passed in here; nothing is global. */
import type { AppState } from './app/state.ts'
import type { FaultEffect } from './faults.ts'
import type { ResolvedOptions } from './options.ts'
import type { Mail } from './scheduling/mail.ts'
import type { Store, User } from './store.ts'
import { renderXml, type XmlOut } from './xml.ts'

/** State of the simulated server. */
export type World = {
  options: ResolvedOptions
  store: Store
  outbox: Mail[]
  /** Errors of the simulator itself; closing it throws when there are any. */
  bugs: string[]
  /** The app `exchange_connector`, where it is installed. */
  app: AppState | null
}

export type Call = {
  world: World
  user: User
  method: string
  /** Decoded path below `/remote.php/dav/`, without empty segments. */
  segments: string[]
  /** Raw path, as sent. */
  path: string
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>
  body: string
  /** `http://127.0.0.1:port`, for absolute hrefs. */
  origin: string
  effects: readonly FaultEffect[]
  requestNumber: number
}

export type Reply = { status: number; headers: Record<string, string>; body: string }

export const DAV_ROOT = '/remote.php/dav/'

export function nowMs(call: Call): number {
  return call.world.options.clock.nowMs()
}

export const effectOf = <K extends FaultEffect['kind']>(
  call: Call,
  kind: K,
): Extract<FaultEffect, { kind: K }> | undefined =>
  call.effects.find((effect): effect is Extract<FaultEffect, { kind: K }> => effect.kind === kind)

/** Sabre\HTTP\encodePath: lower-case hex, and `@` and `:` are encoded too. */
function encodeSegment(segment: string): string {
  let out = ''
  for (const byte of Buffer.from(segment)) {
    const character = String.fromCharCode(byte)
    out += /[A-Za-z0-9_\-.~()]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`
  }
  return out
}

const VARIANTS = {
  'upper-case-hex': (path: string): string => path.replace(/%[0-9a-f]{2}/g, (hex) => hex.toUpperCase()),
  'plain-at': (path: string): string => path.replace(/%40/g, '@').replace(/%3a/g, ':'),
  'encoded-dash': (path: string): string => path.replace(/-/g, '%2D'),
} as const

export type HrefVariant = keyof typeof VARIANTS | 'absolute'

/** The href of a resource in an answer. Collections end in a slash. */
export function hrefOf(call: Call, segments: readonly string[], collection: boolean): string {
  const below = segments.map(encodeSegment).join('/') + (collection && segments.length > 0 ? '/' : '')
  const variant = effectOf(call, 'href-variant')?.variant
  const root = `${call.world.options.webroot}${DAV_ROOT}`
  if (variant === 'absolute') return `${call.origin}${root}${below}`
  return variant === undefined ? root + below : root + VARIANTS[variant](below)
}

/** `null` when the path is outside of the DAV root; a broken percent-encoding is outside too. */
export function segmentsOf(path: string, webroot: string): string[] | null {
  const root = `${webroot}${DAV_ROOT}`
  if (`${path}/` === root) return []
  if (!path.startsWith(root)) return null
  try {
    return path.slice(root.length).split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    return null
  }
}

export const xmlReply = (status: number, root: XmlOut, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'Content-Type': 'application/xml; charset=utf-8', Vary: 'Brief,Prefer', ...headers },
  body: renderXml(root),
})

export const emptyReply = (status: number, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'Content-Length': '0', ...headers },
  body: '',
})
