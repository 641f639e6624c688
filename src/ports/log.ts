/** Structured logging: fields and a constant message. Bodies, secrets and attendee addresses never go in (I26). */

export type LogFields = Readonly<Record<string, unknown>>

export type Log = {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  child(fields: LogFields): Log
}

/** For what has nothing to say, such as a look at a server whose findings are returned. */
export const NO_LOG: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => NO_LOG }
