/** Words for errors of the two servers. */
import type { ErrorCode } from '../../ports/errors.ts'
import { APP_ERRORS } from './app.ts'
import { EXCHANGE_ERRORS } from './exchange.ts'
import { AGAIN, CHECK, type ErrorText } from './text.ts'

type ServerCode = Extract<ErrorCode, `exchange.${string}` | `nextcloud.${string}`>
type Shared<C> = C extends `exchange.${infer Rest}` ? (`nextcloud.${Rest}` extends ErrorCode ? Rest : never) : never

/** What both servers can do wrong in the same way. */
function shared(server: 'Exchange' | 'Nextcloud', files: string): Record<Shared<ServerCode>, ErrorText> {
  return {
    unreachable: {
      what: `${server} could not be reached[ at {host}][ ({reason})].`,
      why: 'The address is wrong, the server is down, or a firewall is between.',
      next: `Check the address with: ${CHECK}`,
      exit: 'unreachable',
    },
    timeout: {
      what: `${server} did not answer in time[ ({operation})].`,
      why: 'The server or the network is overloaded. A write whose answer was lost is settled by asking before anything else.',
      next: AGAIN,
      exit: 'unreachable',
    },
    tls: {
      what: `No secure connection to ${server} could be made[ ({reason})].`,
      why: 'The certificate has expired, has another name, or was signed by an authority that this machine does not know.',
      next: `Set Service__${server}Configuration__CaFile to the authority's certificate, then: connector config check`,
      exit: 'unreachable',
    },
    'sign-in': {
      what: `${server} refused the sign-in[ of {account}][ (HTTP {status})][: {reason}][ ({detail})].`,
      why: 'The user name or the password is wrong, has expired, or the account is locked. The connector stops at the first refusal.',
      next: `Correct ${files}, then: connector config check`,
      exit: 'accessRefused',
    },
    'access-denied': {
      what: `${server} refused the access[ to {collection}][ ({detail})].`,
      why: 'The account may sign in, but not read or write this calendar.',
      next: 'Give it the right to read and write the calendar, then: connector sync user EMAIL --dry-run',
      exit: 'accessRefused',
    },
    throttled: {
      what: `${server} asks for patience[ ({detail})][ ({reason})].`,
      why: 'It is overloaded or in maintenance, or limits how much one account may ask.',
      next: `${AGAIN} (fewer at a time: Service__MaxUsersPerAdmin)`,
      exit: 'throttled',
    },
    'item-refused': {
      what: `${server} refused an item[: {detail}].`,
      why: 'Its content breaks a rule of the server. It stays as it is on both sides and is tried again later.',
      next: 'See which item it is with: connector status EMAIL',
      exit: 'partly',
    },
    'bad-response': {
      what: `${server} gave an answer that makes no sense[: {detail}][: {reason}].`,
      why: 'A proxy answered instead of the server, or the server is broken. Nothing was concluded from the answer.',
      next: `Check the address with: ${CHECK}`,
      exit: 'failed',
    },
    truncated: {
      what: `An answer of ${server} ended too early[: {detail}][: {reason}].`,
      why: 'The connection was cut. A shortened list is never taken for the whole one.',
      next: AGAIN,
      exit: 'unreachable',
    },
    'too-large': {
      what: `An answer of ${server} was too large[: more than {bytesMax} bytes].`,
      why: 'An item with enormous content, or a server that does not end its answer.',
      next: 'See which item it is with: connector status EMAIL',
      exit: 'failed',
    },
    redirect: {
      what: `${server} redirects to another place[: {location}][: {target}].`,
      why: 'Passwords are never sent to another host, nor from https to http.',
      next: `Set the final address yourself; the present one is shown by: ${CHECK}`,
      exit: 'configuration',
    },
    'server-error': {
      what: `${server} failed to answer[ (HTTP {status})][: {detail}].`,
      why: 'An error inside the server; its own log says more.',
      next: AGAIN,
      exit: 'unreachable',
    },
  }
}

const EXCHANGE = shared('Exchange', 'admins.json')
const NEXTCLOUD = shared('Nextcloud', 'users.json, or the app password of the service account,')

/** `exchange.throttled` for `throttled`. */
function prefixed<P extends string, R extends string>(prefix: P, texts: Record<R, ErrorText>) {
  const named = Object.entries(texts).map(([code, text]) => [`${prefix}.${code}`, text])
  return Object.fromEntries(named) as Record<`${P}.${R}`, ErrorText>
}

export const SERVER_ERRORS: Record<ServerCode, ErrorText> = {
  ...prefixed('exchange', EXCHANGE),
  ...prefixed('nextcloud', NEXTCLOUD),
  ...EXCHANGE_ERRORS,
  'nextcloud.collection-not-found': {
    what: 'The Nextcloud calendar, task list or address book[ {collection}] is not there any more, or cannot be used[ ({reason})].',
    why: 'It was deleted or renamed, or it is not a writable one of your own. That is never taken for an empty one: nothing is deleted on the other side.',
    next: 'Choose another one in users.json or restore it, then: connector sync user EMAIL --dry-run',
    exit: 'failed',
  },
  ...APP_ERRORS,
  'nextcloud.quota': {
    what: 'Nextcloud has no space left for this user.',
    why: 'The quota of the user or the disk of the server is full.',
    next: 'Raise the quota, then: connector sync run',
    exit: 'failed',
  },
}
