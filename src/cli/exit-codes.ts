/** Exit codes: what a script or a service manager may rely on (docs/reference/exit-codes.md). */

export const EXIT = {
  inStep: 0,
  failed: 1,
  partly: 3,
  accessRefused: 4,
  halted: 7,
  notInitialised: 10,
  locked: 11,
  usage: 64,
  unreachable: 69,
  bug: 70,
  throttled: 75,
  configuration: 78,
  interrupted: 130,
  terminated: 143,
} as const

export type ExitName = keyof typeof EXIT
export type ExitCode = (typeof EXIT)[ExitName]

export const EXIT_MEANINGS: Record<ExitName, string> = {
  inStep: 'In step: everything that can be synced is. A dry run that shows a plan also ends so.',
  failed: 'Failed: nothing could be synced, for a reason that has no code of its own here.',
  partly: 'Partly done: some mailboxes, collections or items are in step, others need attention.',
  accessRefused: 'Access refused: a sign-in failed or a permission is missing.',
  halted: 'Halted by a guard: a big surprise waits for a person. Nothing of that collection was written.',
  notInitialised: 'The database has no tables yet, or those of an older version.',
  locked: 'Another run holds the mailbox or the database.',
  usage: 'Wrong use of the command line.',
  unreachable: 'A server or the database could not be reached.',
  bug: 'A bug in the connector.',
  throttled: 'A server asks for patience: try later.',
  configuration: 'The configuration is wrong.',
  interrupted: 'Stopped by Ctrl-C (SIGINT).',
  terminated: 'Stopped by SIGTERM.',
}
