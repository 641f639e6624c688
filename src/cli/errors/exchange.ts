/** Words for errors that only Exchange makes. */
import type { ErrorCode } from '../../ports/errors.ts'
import { AGAIN, CHECK, type ErrorText } from './text.ts'

export const EXCHANGE_ERRORS = {
  'exchange.impersonation-denied': {
    what: 'The Exchange service account[ {account}] may not act for the mailbox[ {mailbox}].',
    why: 'It lacks the role ApplicationImpersonation, or the mailbox is outside the scope of that role.',
    next: 'Give the role (docs/exchange-access.md), then: connector sync user EMAIL --dry-run',
    exit: 'accessRefused',
  },
  'exchange.account-resting': {
    what: 'The service account[ {account}] was refused before[ ({refusal})] and rests[ for {minutes} min].',
    why: 'Tried again and again with a wrong password, the directory would lock it. All replicas and runs count together.',
    next: 'Correct admins.json: a new password is tried at once. With the old one, try at once with: connector pool test',
    exit: 'accessRefused',
  },
  'exchange.account-disabled': {
    what: 'Exchange says that the account of the mailbox[ {mailbox}] is disabled.',
    why: 'Somebody left, or the account waits for its licence or its owner.',
    next: 'Enable it in the directory, or leave the user out: connector users pause EMAIL',
    exit: 'accessRefused',
  },
  'exchange.ews-blocked': {
    what: 'Exchange blocks Exchange Web Services for this application[ ({detail})].',
    why: 'Exchange Online refuses EWS since October 2026 unless the tenant put the application on its allow list, and ends it on 1 April 2027.',
    next: 'Allow the application (docs/exchange-access.md, "Microsoft 365"), then: connector pool test',
    exit: 'accessRefused',
  },
  'exchange.discovery': {
    what: 'Autodiscover found no Exchange server for the mailbox[ {mailbox}][ ({detail})].',
    why: 'None of the servers of its domain answered as autodiscover: a missing DNS name, a firewall, or another program at that address.',
    next: 'See each try with: connector pool test --mailbox EMAIL; or set Service__ExchangeConfiguration__EwsUrl',
    exit: 'unreachable',
  },
  'exchange.discovery-host': {
    what: 'Autodiscover leads to a server that is not allowed[: {host}][ ({detail})].',
    why: 'Service accounts sign in at allowed servers only, whoever points elsewhere. Moved to Microsoft 365, a mailbox leads there (docs/autodiscover.md).',
    next: 'If the server is yours, add it to Service__ExchangeConfiguration__Autodiscover__AllowedHosts, then: connector pool test',
    exit: 'configuration',
  },
  'exchange.mailbox-moving': {
    what: 'The mailbox[ {mailbox}] is being moved or its database is not mounted[ ({detail})].',
    why: 'Exchange moves it to another database or server; that takes minutes to hours.',
    next: AGAIN,
    exit: 'throttled',
  },
  'exchange.version': {
    what: 'This Exchange server does not speak the versions that the connector needs[: {detail}].',
    why: 'It is older than Exchange 2013 SP1.',
    next: 'Point Service__ExchangeConfiguration__EwsUrl at a newer server, then: connector pool test',
    exit: 'configuration',
  },
  'exchange.unknown-mailbox': {
    what: 'Exchange knows no mailbox[ {mailbox}].',
    why: 'The address is not the primary SMTP address of a mailbox, or the mailbox was moved or removed.',
    next: 'Correct the address in users.json, or assign the right one in the Nextcloud app, then: connector users list',
    exit: 'failed',
  },
  'exchange.folder-not-found': {
    what: 'The Exchange folder[ {collection}] is not there any more[ ({reason})].',
    why: 'It was deleted or moved. That is never taken for an empty folder: nothing is deleted on the other side.',
    next: 'Choose another folder in users.json or restore it, then: connector sync user EMAIL --dry-run',
    exit: 'failed',
  },
  'exchange.not-ews': {
    what: 'The address does not lead to Exchange Web Services[ (HTTP {status})].',
    why: 'A sign-in page or a proxy answered. The usual path is /EWS/Exchange.asmx.',
    next: `Correct Service__ExchangeConfiguration__EwsUrl; see it with: ${CHECK}`,
    exit: 'configuration',
  },
  'exchange.schema': {
    what: 'Exchange says that a request breaks its schema[: {detail}].',
    why: 'This server is older than foreseen, or this is a bug in the connector.',
    next: 'Run the same command with --verbose and report what it prints',
    exit: 'bug',
  },
} satisfies Partial<Record<ErrorCode, ErrorText>>
