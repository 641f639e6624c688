/** Alice, whose sync meets trouble, and Bob, who must be served all the same: the ground of the scenarios with bad input (I23). */
import { expect } from 'vitest'
import { emailOf, runOptions, startWorld, type World, type WorldOptions } from '../world.ts'
import { builtConnector } from './built.ts'
import { CommandLine, type ErrorJson, type RunJson, type UserJson } from './command-line.ts'
import { expectEqual } from './equality.ts'
import { appointment, ics } from './items.ts'

export type Office = { world: World; cli: CommandLine; close(): Promise<void> }

/** The program is built once per test file. */
const program = builtConnector()

export function disposeProgram(): void {
  program.dispose()
}

/** Both people have an appointment on either side, and the database is made. The processes' clock is the real one: no sync window. */
export async function openOffice(options: Partial<WorldOptions> = {}): Promise<Office> {
  const people = options.people ?? ['alice', 'bob']
  const env = { Service__SyncWindow__PastDays: 'unlimited', ...options.env }
  const world = await startWorld({ ...options, people, env })
  for (const person of people) {
    world.exchange.mailbox(emailOf(person)).addEvent(appointment(`${person} in Outlook`))
    const calendar = world.nextcloud.user(person).calendar('personal')
    calendar.put('web.ics', ics(`web-${person}@example.org`, `SUMMARY:${person} in Nextcloud`), { silent: true })
  }
  await (await world.connect()).close()
  return {
    world,
    cli: new CommandLine(program.entry, world),
    close: async () => {
      const mails = [
        ...world.exchange.outbox.mails,
        ...world.nextcloud.outbox.filter(({ cause }) => cause.by === 'dav'),
      ]
      await world.close()
      expect(mails).toEqual([])
    },
  }
}

/** A scenario with an office of its own: such scenarios may run side by side, since most of their time is waiting. */
export async function inOffice(options: Partial<WorldOptions>, play: (office: Office) => Promise<void>): Promise<void> {
  const office = await openOffice(options)
  try {
    await play(office)
  } finally {
    await office.close()
  }
}

/** Everything a person has on both sides: what must be there unchanged when a sync failed. */
export function belongings(world: World, person = 'alice') {
  const calendars = world.nextcloud.user(person).calendars()
  return {
    exchange: world.exchange.mailbox(emailOf(person)).listAll(),
    nextcloud: calendars.flatMap((calendar) => calendar.list()),
  }
}

export type Trouble = {
  code: string
  exitCode: number
  /** The whole service account is told to wait, so Bob waits as well. */
  everybody?: boolean
  /** What the administrator is told to do. */
  next: RegExp
  /** Also as text, by a command of its own. */
  told?: boolean
  /** What happened, in words. */
  what: RegExp
}

/**
 * One run over everybody, in which Alice's sync fails as described and Bob's is in step; then Alice alone, told in words.
 * Nothing of hers was touched.
 */
export async function expectTrouble({ world, cli }: Office, trouble: Trouble): Promise<void> {
  const before = belongings(world)
  const run = await cli.json<RunJson>(['sync', 'run'])
  expect(errorsOf(userOf(run, 'alice'))).toEqual([
    expect.objectContaining({ code: trouble.code, exitCode: trouble.exitCode }),
  ])
  expect(errorsOf(userOf(run, 'alice'))[0]?.message).toMatch(trouble.what)
  expect(errorsOf(userOf(run, 'alice'))[0]?.next).toMatch(trouble.next)
  expect(userOf(run, 'alice')).toMatchObject({ outcome: 'failed', exitCode: trouble.exitCode })
  const { everybody = false } = trouble
  expect({ ran: run.ran.exitCode, json: run.exitCode, bob: userOf(run, 'bob').outcome }).toEqual({
    ran: everybody ? trouble.exitCode : 3,
    json: everybody ? trouble.exitCode : 3,
    bob: everybody ? 'failed' : 'in-step',
  })
  if (!everybody) await expectEqual(world, { person: 'bob' })
  if (trouble.told) await expectTold(cli, trouble)
  expect(belongings(world)).toEqual(before)
}

async function expectTold(cli: CommandLine, trouble: Trouble): Promise<void> {
  const words = await cli.run(['sync', 'user', emailOf('alice')])
  const said = words.stdout + words.stderr
  expect({ exitCode: words.exitCode, said }).toEqual({
    exitCode: trouble.exitCode,
    said: expect.stringMatching(trouble.what),
  })
  expect(said).toMatch(trouble.next)
  expect(said).not.toMatch(/app-password|service-password/)
}

/** The trouble is over: the next run brings Alice in step. */
export async function expectHealed({ world }: Office): Promise<void> {
  const connector = await world.connect()
  try {
    const { outcome, error, pairs } = await connector.syncUser(emailOf('alice'), runOptions())
    expect({ outcome, error, troubles: pairs.flatMap((pair) => pair.error ?? []) }).toEqual({
      outcome: 'in-step',
      error: null,
      troubles: [],
    })
  } finally {
    await connector.close()
  }
  await expectEqual(world)
}

export function userOf(run: RunJson, person: string): UserJson {
  const user = run.users.find(({ email }) => email === emailOf(person))
  if (!user) throw new Error(`${person} is not in the report`)
  return user
}

export function errorsOf(user: UserJson): ErrorJson[] {
  return [user.error, ...user.pairs.map((pair) => pair.error)].filter((error) => error !== null)
}
