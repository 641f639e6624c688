/** The closed table of all error texts: a code without words does not compile. */
import type { ErrorCode } from '../../ports/errors.ts'
import { GENERAL_ERRORS } from './general.ts'
import { SERVER_ERRORS } from './servers.ts'
import type { ErrorText } from './text.ts'

export const ERROR_TEXTS: Record<ErrorCode, ErrorText> = { ...GENERAL_ERRORS, ...SERVER_ERRORS }
