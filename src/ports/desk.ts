/** What the Nextcloud app has for the connector between passes, and what it is told after them. One desk for all users. */
import type { UserReport } from './report.ts'

export interface Desk {
  /** Takes in what came: changed users, changed collections, commands. Gives the mailboxes that are due now. Throws ConnectorError. */
  poll(signal: AbortSignal): Promise<readonly string[]>
  /** Whether this replica polls for all of them now: in each span of APP_POLL_MS one of them does. Throws only the state's errors. */
  isOurTurn(): Promise<boolean>
  /** A pass has ended. Never waits and never throws: the app is told in the background. */
  report(report: UserReport): void
  /** Tells the rest, within a bound. */
  close(): Promise<void>
}
