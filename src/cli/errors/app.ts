/** Words for what the Nextcloud app refuses. */
import type { ErrorCode } from '../../ports/errors.ts'
import type { ErrorText } from './text.ts'

type AppCode = Extract<ErrorCode, `nextcloud.app-${string}` | 'nextcloud.user-disabled'>

const SELF_TEST = 'occ exchange_connector:self-test'

export const APP_ERRORS: Record<AppCode, ErrorText> = {
  'nextcloud.app-missing': {
    what: 'Nextcloud[ at {host}] has no Exchange Connector app, or one that is too old[: {detail}].',
    why: 'The app is not installed or not enabled, is older than this connector, or the address leads to another Nextcloud.',
    next: 'On Nextcloud: occ app:enable exchange_connector. Here: connector config show --origin',
    exit: 'configuration',
  },
  'nextcloud.app-not-ready': {
    what: 'The Exchange Connector app[ at {host}] is not set up yet[ ({detail})].',
    why: 'It has no service account or no shared secret, and refuses everything until it has.',
    next: 'In the administration settings of Nextcloud, under Exchange Connector, choose the account and make the secret',
    exit: 'configuration',
  },
  'nextcloud.app-account': {
    what: 'The Exchange Connector app does not take the account[ {account}].',
    why: 'It is not the service account that the app was given, or the password is the real one instead of an app password.',
    next: 'Set Service__NextcloudConfiguration__Username and __AppPassword to those of the service account, then: connector users list',
    exit: 'accessRefused',
  },
  'nextcloud.app-secret': {
    what: 'The Exchange Connector app refused the signature of the connector.',
    why: 'The shared secret is another one than in Nextcloud, was rotated meanwhile, or a proxy changes the path of requests.',
    next: `Set Service__NextcloudConfiguration__SharedSecret to the secret of the app; on Nextcloud: ${SELF_TEST}`,
    exit: 'accessRefused',
  },
  'nextcloud.app-clock': {
    what: 'The clocks of Nextcloud and of this machine differ too much[: this one is ahead by {skewSeconds} s].',
    why: 'Signed requests are valid for five minutes, so that nobody can repeat them later.',
    next: 'Set both clocks by NTP, then: connector users list',
    exit: 'accessRefused',
  },
  'nextcloud.app-replay': {
    what: 'The Exchange Connector app saw a request of the connector twice.',
    why: 'A proxy between sends requests again by itself, or somebody repeats them. What became of the first is settled by asking.',
    next: 'Switch off repeating of requests in the proxy before Nextcloud (nginx: proxy_next_upstream off)',
    exit: 'failed',
  },
  'nextcloud.app-consent': {
    what: 'The Nextcloud user[ {user}] has not agreed to the sync[ ({detail})].',
    why: 'The user withdrew the consent, paused the sync, or is not known to Nextcloud any more. Nothing of theirs is touched.',
    next: 'See who is enrolled with: connector users list',
    exit: 'accessRefused',
  },
  'nextcloud.user-disabled': {
    what: 'The Nextcloud account of the user[ {user}] is disabled.',
    why: 'An administrator of Nextcloud disabled it. Nothing is deleted on either side.',
    next: 'Enable it, or withdraw the user with: occ exchange_connector:users:disable UID',
    exit: 'accessRefused',
  },
}
