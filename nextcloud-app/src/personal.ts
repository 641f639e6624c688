/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 * The consent page: mounts it where the template left room for it, with the state that the server gave along.
 */
import { loadState } from '@nextcloud/initial-state'
import { createApp } from 'vue'
import type { Me } from './logic/types.ts'
import PersonalPage from './personal/PersonalPage.vue'

createApp(PersonalPage, { initial: loadState<Me>('exchange_connector', 'me') }).mount('#exchange_connector-personal')
