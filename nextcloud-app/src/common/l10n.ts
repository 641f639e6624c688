/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 * Translates for this app. A wrapper, because the app's name is the same in every call.
 */
import { translate } from '@nextcloud/l10n'
import type { Translate } from '../logic/words.ts'

/** The text is put in with Vue's interpolation, which escapes: escaping it here as well would show "&amp;". */
export const t: Translate = (text, values = {}) =>
  translate('exchange_connector', text, values, undefined, { escape: false, sanitize: false })
