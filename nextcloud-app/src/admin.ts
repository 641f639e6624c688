/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 * The administration page: mounts it where the template left room for it, with the state that the server gave along.
 */
import { loadState } from '@nextcloud/initial-state'
import { createApp } from 'vue'
import AdminPage from './admin/AdminPage.vue'
import type { AdminSettings, ConnectorState } from './logic/types.ts'

createApp(AdminPage, {
  initial: loadState<AdminSettings>('exchange_connector', 'settings'),
  connector: loadState<ConnectorState>('exchange_connector', 'connector'),
}).mount('#exchange_connector-admin')
