/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * One word for how the connector is, from the worst to the best, so that the page has one note and not five.
 */
import type { AdminSettings, ConnectorState } from './types.ts'

export type Health = 'not-configured' | 'never' | 'silent' | 'attention' | 'well'

/** A daemon asks every few seconds and a cron job every few minutes: after this time something is wrong. */
export const SILENT_AFTER_S = 15 * 60

/** `nowS`: unix seconds. */
export function connectorHealth(
  { lastSeenAt, attention }: ConnectorState,
  { serviceAccount, secrets }: Pick<AdminSettings, 'serviceAccount' | 'secrets'>,
  nowS: number,
): Health {
  if (serviceAccount === '' || secrets.current === null) return 'not-configured'
  if (lastSeenAt === null) return 'never'
  if (nowS - lastSeenAt > SILENT_AFTER_S) return 'silent'
  return attention.failed > 0 || attention.halted > 0 ? 'attention' : 'well'
}
