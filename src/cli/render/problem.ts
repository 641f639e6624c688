/** An item that needs attention, by name and in words. */

import type { LossReason } from '../../model/item.ts'
import { ERROR_CODES, type ErrorCode } from '../../ports/errors.ts'
import type { SideName } from '../../ports/side.ts'
import { ERROR_TEXTS } from '../errors/table.ts'
import { fill } from '../errors/text.ts'
import { safe } from './text.ts'
import { LOSS_WORDS, SIDE_WORDS } from './words.ts'

function isErrorCode(code: string): code is ErrorCode {
  return (ERROR_CODES as readonly string[]).includes(code)
}

function isLossReason(code: string): code is LossReason {
  return Object.hasOwn(LOSS_WORDS, code)
}

/** The words of a problem's code: an error code or a reason of loss. */
export function codeText(code: string, detail: string): string {
  const shown = isLossReason(detail) ? LOSS_WORDS[detail] : safe(detail)
  if (isErrorCode(code)) return fill(ERROR_TEXTS[code].what, shown === '' ? {} : { detail: shown })
  const words = isLossReason(code) ? LOSS_WORDS[code] : safe(code)
  return shown === '' ? words : `${words}: ${shown}`
}

export function problemText(problem: {
  side: SideName
  uid: string
  title: string
  code: string
  detail: string
}): string {
  const name = safe(problem.title) || safe(problem.uid)
  return `${SIDE_WORDS[problem.side]} "${name}": ${codeText(problem.code, problem.detail)}`
}
