/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * Builds the two settings pages into js/. Styles travel inside the scripts, so that each page is one `Util::addScript` and nothing else.
 */
import { createAppConfig } from '@nextcloud/vite-config'

export default createAppConfig(
  { personal: 'src/personal.ts', admin: 'src/admin.ts' },
  {
    appName: 'exchange_connector',
    inlineCSS: { relativeCSSInjection: true },
    config: { build: { sourcemap: false } },
  },
)
