/** What the response codes of EWS mean for the connector: an error code, and for a write whether it may have been applied all the same (I12). */
import { child, childrenOf, type XmlElement } from '../../mapping/ews/xml.ts'
import { ConnectorError, type ErrorCode } from '../../ports/errors.ts'

/** MS-OXWSCDATA 2.2.5.24 ResponseCodeType. Only codes that the connector meets or acts upon; the rest is classed by its name. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  ErrorServerBusy: 'exchange.throttled',
  ErrorExceededConnectionCount: 'exchange.throttled',
  ErrorTooManyObjectsOpened: 'exchange.throttled',

  ErrorImpersonateUserDenied: 'exchange.impersonation-denied',
  ErrorImpersonationDenied: 'exchange.impersonation-denied',
  ErrorImpersonationFailed: 'exchange.impersonation-denied',
  ErrorInvalidExchangeImpersonationHeaderData: 'exchange.impersonation-denied',

  ErrorNonExistentMailbox: 'exchange.unknown-mailbox',
  ErrorMissingEmailAddress: 'exchange.unknown-mailbox',
  ErrorNonPrimarySmtpAddress: 'exchange.unknown-mailbox',
  ErrorInvalidSmtpAddress: 'exchange.unknown-mailbox',
  ErrorInvalidMailbox: 'exchange.unknown-mailbox',
  ErrorInvalidUserPrincipalName: 'exchange.unknown-mailbox',

  ErrorAccountDisabled: 'exchange.account-disabled',
  ErrorUserADDisabled: 'exchange.account-disabled',

  ErrorMailboxMoveInProgress: 'exchange.mailbox-moving',
  ErrorMailboxStoreUnavailable: 'exchange.mailbox-moving',
  ErrorMailboxFailover: 'exchange.mailbox-moving',
  ErrorConnectionFailed: 'exchange.mailbox-moving',
  ErrorCrossSiteRequest: 'exchange.mailbox-moving',

  ErrorPasswordExpired: 'exchange.sign-in',
  ErrorPasswordChangeRequired: 'exchange.sign-in',
  ErrorInvalidAuthorizationContext: 'exchange.sign-in',
  ErrorInvalidSerializedAccessToken: 'exchange.sign-in',
  ErrorProxyTokenExpired: 'exchange.sign-in',

  ErrorAccessDenied: 'exchange.access-denied',
  ErrorCreateItemAccessDenied: 'exchange.access-denied',
  ErrorCreateSubfolderAccessDenied: 'exchange.access-denied',
  ErrorDelegateNoUser: 'exchange.access-denied',
  ErrorCallerIsInvalidADAccount: 'exchange.access-denied',
  ErrorInvalidClientSecurityContext: 'exchange.access-denied',
  ErrorMailboxLogonFailed: 'exchange.access-denied',

  ErrorFolderNotFound: 'exchange.folder-not-found',
  ErrorParentFolderNotFound: 'exchange.folder-not-found',
  ErrorToFolderNotFound: 'exchange.folder-not-found',
  ErrorSyncFolderNotFound: 'exchange.folder-not-found',
  ErrorSavedItemFolderNotFound: 'exchange.folder-not-found',
  ErrorNoCalendar: 'exchange.folder-not-found',

  ErrorSchemaValidation: 'exchange.schema',
  ErrorInvalidRequest: 'exchange.schema',
  ErrorIncorrectSchemaVersion: 'exchange.schema',
  ErrorInvalidServerVersion: 'exchange.version',
  ErrorWrongServerVersion: 'exchange.version',
  ErrorWrongServerVersionDelegate: 'exchange.version',
  ErrorMissingArgument: 'exchange.schema',

  ErrorRequestStreamTooBig: 'exchange.too-large',

  ErrorItemCorrupt: 'item.unreadable',
  ErrorCorruptData: 'item.unreadable',
  ErrorContentConversionFailed: 'item.unreadable',
  ErrorMimeContentConversionFailed: 'item.unreadable',
  ErrorItemPropertyRequestFailed: 'item.unreadable',

  ErrorItemNotFound: 'exchange.item-refused',
  ErrorIrresolvableConflict: 'exchange.item-refused',
  ErrorObjectTypeChanged: 'exchange.item-refused',
  ErrorOccurrenceCrossingBoundary: 'exchange.item-refused',
  ErrorOccurrenceTimeSpanTooBig: 'exchange.item-refused',
  ErrorIncorrectUpdatePropertyCount: 'exchange.item-refused',
  ErrorUpdatePropertyMismatch: 'exchange.item-refused',
  ErrorRequiredPropertyMissing: 'exchange.item-refused',
  ErrorItemSavePropertyError: 'exchange.item-refused',
  ErrorMessageSizeExceeded: 'exchange.item-refused',
  ErrorAttachmentSizeLimitExceeded: 'exchange.item-refused',
  ErrorQuotaExceeded: 'exchange.item-refused',
  ErrorChangeKeyRequired: 'exchange.item-refused',
  ErrorChangeKeyRequiredForWriteOperations: 'exchange.item-refused',
  ErrorStaleObject: 'exchange.item-refused',
  ErrorFolderExists: 'exchange.item-refused',
  ErrorTimeZone: 'exchange.item-refused',
  ErrorValueOutOfRange: 'exchange.item-refused',
}

/** Families of codes that refuse one request or item for what it says, before anything is stored. */
const REFUSALS =
  /^Error(Invalid|Calendar|Cannot|Unsupported|Missing|Recurrence|PropertyValidation|SendMeeting|AffectedTask)/

/** The rest of a batch that the server did not begin, because an earlier part failed (SRV-4). */
export const BATCH_STOPPED = 'ErrorBatchProcessingStopped'

/** Own words of the server that may be shown; `retryAfterMs` as it asked for. */
/** `policy`: the throttling policy that was exceeded, as the server names it. */
export type CodeDetails = { words?: string; retryAfterMs?: number | undefined; policy?: string | undefined }

/** The error of a response code. `fields.sent` is `no` only where the code says that nothing was applied. */
export function errorOfCode(responseCode: string, details: CodeDetails = {}): ConnectorError {
  const known = Object.hasOwn(CODES, responseCode) ? CODES[responseCode] : undefined
  const code = known ?? (REFUSALS.test(responseCode) ? 'exchange.item-refused' : 'exchange.server-error')
  const certain = code !== 'exchange.server-error' || responseCode === BATCH_STOPPED
  return new ConnectorError(code, {
    responseCode: responseCode.slice(0, 100),
    sent: certain ? 'no' : 'maybe',
    ...(details.words ? { detail: showable(details.words) } : {}),
    ...(details.retryAfterMs === undefined ? {} : { retryAfterMs: details.retryAfterMs }),
    ...(details.policy === undefined ? {} : { policy: details.policy }),
  })
}

/** Whether an error speaks of the account, the mailbox or the server, so that the next part of the work would fail alike. */
export function concernsWholeCall(error: ConnectorError): boolean {
  switch (error.code) {
    case 'exchange.throttled':
    case 'exchange.sign-in':
    case 'exchange.impersonation-denied':
    case 'exchange.unknown-mailbox':
    case 'exchange.account-resting':
    case 'exchange.account-disabled':
    case 'exchange.mailbox-moving':
    case 'exchange.version':
    case 'exchange.ews-blocked':
    case 'exchange.folder-not-found':
    case 'exchange.unreachable':
    case 'exchange.timeout':
    case 'exchange.tls':
      return true
    default:
      return false
  }
}

/** What a MessageXml (below a fault's detail or a response message) says about throttling: BackOffMilliseconds and the policy (EWS throttling in Exchange). */
export function throttlingOf(parent: XmlElement | undefined): Pick<CodeDetails, 'retryAfterMs' | 'policy'> {
  const values = childrenOf(parent && child(parent, 'MessageXml'), 'Value')
  const textOf = (name: string) => values.find((value) => value.attributes.Name === name)?.text.trim()
  const waitMs = textOf('BackOffMilliseconds')
  return {
    retryAfterMs: waitMs !== undefined && /^\d{1,9}$/.test(waitMs) ? Number(waitMs) : undefined,
    policy: /^\w{1,60}$/.exec(textOf('Policy') ?? '')?.[0],
  }
}

/** A server's message for an administrator: short, on one line, and without addresses (I26). */
function showable(words: string): string {
  return words
    .replace(/[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g, '(address)')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200)
}
