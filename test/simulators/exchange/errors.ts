/** The two ways in which Exchange refuses: a SOAP fault for the whole request, or a response code for one item of it. */

/** HTTP 500 with a SOAP fault. `backOffMs` goes into MessageXml (ErrorServerBusy). */
export class SoapFault extends Error {
  readonly code: string
  readonly details: { [name: string]: string | number }

  constructor(code: string, message: string, details: { [name: string]: string | number } = {}) {
    super(message)
    this.code = code
    this.details = details
  }
}

/** One ResponseMessage with ResponseClass="Error". `messageXml` are name/value pairs of t:MessageXml. */
export class EwsError extends Error {
  readonly code: string
  readonly values: { [name: string]: string | number }
  /** XML of the property path at fault, if one is. */
  readonly path: string

  constructor(
    code: string,
    message?: string,
    options: { values?: { [name: string]: string | number }; path?: string } = {},
  ) {
    super(message ?? MESSAGES[code] ?? code)
    this.code = code
    this.values = options.values ?? {}
    this.path = options.path ?? ''
  }
}

const MESSAGES: Record<string, string> = {
  ErrorItemNotFound: 'The specified object was not found in the store.',
  ErrorFolderNotFound: 'The specified folder could not be found in the store.',
  ErrorParentFolderNotFound: 'The specified parent folder could not be found.',
  ErrorSyncFolderNotFound: 'The folder to be synchronized could not be found.',
  ErrorSavedItemFolderNotFound: 'The folder to save the item in could not be found.',
  ErrorToFolderNotFound: 'The destination folder could not be found.',
  ErrorInvalidIdMalformed: 'Id is malformed.',
  ErrorInvalidIdEmpty: 'Id must be non-empty.',
  ErrorInvalidChangeKey: 'The change key is invalid.',
  ErrorIrresolvableConflict:
    'The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.',
  ErrorChangeKeyRequiredForWriteOperations: 'Change key is required for this operation.',
  ErrorInvalidSyncStateData: 'Synchronization state data is corrupt or otherwise invalid.',
  ErrorSendMeetingInvitationsRequired: 'The SendMeetingInvitations attribute is required for calendar items.',
  ErrorSendMeetingInvitationsOrCancellationsRequired:
    'SendMeetingInvitationsOrCancellations attribute is required for calendar items.',
  ErrorSendMeetingCancellationsRequired: 'The SendMeetingCancellations attribute is required for Calendar items.',
  ErrorAffectedTaskOccurrencesRequired: 'The AffectedTaskOccurrences attribute is required for Task items.',
  ErrorMessageDispositionRequired: 'Message dispositions are required for messages and responses.',
  ErrorIncorrectUpdatePropertyCount: 'Update operations must have one property.',
  ErrorUpdatePropertyMismatch: 'Property for update does not match property in object.',
  ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange: 'Occurrence with specified index is out of recurrence range.',
  ErrorCalendarOccurrenceIsDeletedFromRecurrence:
    'Occurrence with this index was previously deleted from the recurrence.',
  ErrorCalendarEndDateIsEarlierThanStartDate: 'EndDate is earlier than StartDate',
  ErrorCalendarInvalidRecurrence: 'The recurrence is invalid.',
  ErrorOccurrenceCrossingBoundary: 'Modified occurrence is crossing or overlapping adjacent occurrence.',
  ErrorCalendarViewRangeTooBig: 'The specified view range exceeds the maximum range of two years.',
  ErrorInvalidServerVersion: 'The specified server version is invalid.',
  ErrorServerBusy: 'The server cannot service this request right now. Try again later.',
  ErrorExceededFindCountLimit:
    'You have exceeded the maximum number of objects that can be returned for the find operation. Use paging to reduce the result size and try your request again.',
  ErrorImpersonateUserDenied: 'The account does not have permission to impersonate the requested user.',
  ErrorNonExistentMailbox: 'The SMTP address has no mailbox associated with it.',
  ErrorDeleteDistinguishedFolder: 'Distinguished folders cannot be deleted.',
  ErrorFolderExists: 'A folder with the specified name already exists.',
}
