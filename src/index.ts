/** The library entry: what a program needs that embeds the connector instead of calling its command line. */
export { type ComposeOptions, compose } from './compose.ts'
export type { Config } from './config/config.ts'
export { type LoadOptions, loadConfig } from './config/load.ts'
export { ConnectorError, ERROR_CODES, type ErrorCode } from './ports/errors.ts'
export type { Log } from './ports/log.ts'
export type { Action, PairReport, ProgressEvent, RunReport, UserReport } from './ports/report.ts'
export type { Connector, MailboxStatus, SyncOptions, User } from './ports/service.ts'
