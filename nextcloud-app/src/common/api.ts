/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 * Asks the app's own UI endpoints. One place for the address, the password question and the form of an error.
 */
import axios, { isAxiosError } from '@nextcloud/axios'
import { addPasswordConfirmationInterceptors, PwdConfirmationMode } from '@nextcloud/password-confirmation'
import { generateOcsUrl } from '@nextcloud/router'
import { refusalText } from '../logic/words.ts'
import { t } from './l10n.ts'

addPasswordConfirmationInterceptors(axios)

const BASE = 'apps/exchange_connector/ui/v1'
/** A page waits longer than any answer of a healthy server takes; an import of thousands of lines is the longest. */
const TIMEOUT_MS = 120_000

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'
type Options = { body?: object; query?: Record<string, string | number>; withPassword?: boolean }

/** What the server refused or why it could not be asked, ready to be shown. */
export class UiError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** The person closed the password question: nothing happened and nothing needs to be said. */
export class Cancelled extends Error {}

/** Throws UiError, or Cancelled. `withPassword` = the server wants a fresh confirmation for this. */
export async function call<T>(method: Method, path: string, { body, query, withPassword }: Options = {}): Promise<T> {
  try {
    const answer = await axios.request<{ ocs: { data: T } }>({
      method,
      url: generateOcsUrl(`${BASE}/${path}`),
      params: query,
      data: body,
      timeout: TIMEOUT_MS,
      headers: { Accept: 'application/json' },
      ...(withPassword ? { confirmPassword: PwdConfirmationMode.Lax } : {}),
    })
    return answer.data.ocs.data
  } catch (error) {
    throw readable(error)
  }
}

function readable(error: unknown): Error {
  if (!isAxiosError(error)) return new Cancelled()
  if (!error.response) return new UiError('unreachable', t('Nextcloud could not be reached. Please try again.'))
  const { status, data } = error.response
  const code: unknown = data?.ocs?.data?.code
  if (typeof code === 'string' && code !== '') return new UiError(code, refusalText(code, t))
  if (status === 401) return new UiError('signed-out', t('You are signed out. Please load the page again.'))
  if (status === 403) return new UiError('forbidden', t('You may not do this.'))
  if (status === 429) return new UiError('too-many-requests', refusalText('too-many-requests', t))
  return new UiError(
    'server',
    t('Nextcloud could not do this (error {status}). The log of the server says more.', { status }),
  )
}
