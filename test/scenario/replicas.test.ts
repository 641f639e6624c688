/**
 * Three replicas as real processes on a real PostgreSQL, killed (SIGKILL) and replaced while people edit on both sides. Every edit
 * arrives once, no mailbox ever has two writers, no account more mailboxes than it may (I14, I20). REPLICA_KILLS makes it longer.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FenceLog, heldAtOnceMax, twoWriters, withoutLease } from '../bench/scale/fence-log.ts'
import { Fleet } from '../bench/scale/fleet.ts'
import { startPostgres } from '../postgres.ts'
import { emailOf, startWorld } from '../world.ts'
import { type Built, builtConnector } from './built.ts'
import { CommandLine } from './command-line.ts'
import { appointment, ics } from './items.ts'

const KILLS = Number(process.env.REPLICA_KILLS ?? 3)
const PEOPLE = Array.from({ length: 8 }, (_, at) => `user${at}`)
const USERS_PER_ADMIN = 2

let built: Built
beforeAll(() => {
  built = builtConnector()
}, 120_000)
afterAll(() => built?.dispose())

describe('replicas on one PostgreSQL', () => {
  it(
    'lose and double nothing while they are killed, with one writer per mailbox and places kept',
    async ({ skip }) => {
      const postgres = await startPostgres()
      if (postgres.kind === 'skip') {
        console.log(`skipped: ${postgres.reason}`)
        return skip()
      }
      const url = await postgres.createDatabase()
      const world = await startWorld({
        people: PEOPLE,
        env: {
          Service__DatabaseConfiguration__ConnectionString: url,
          Service__ArchiveConfiguration__EncryptionKey: Buffer.alloc(32, 7).toString('base64'),
          Service__SyncIntervalInSeconds: '5',
          Service__CriticalSyncIntervalInSeconds: '5',
          Service__MaxUsersPerAdmin: String(USERS_PER_ADMIN),
        },
      })
      const accounts = ['svc-sync', 'svc-two'].map((Username) => ({ Username, Password: 'service-password' }))
      world.exchange.addServiceAccount('svc-two', 'service-password')
      writeFileSync(join(world.directory, 'admins.json'), JSON.stringify(accounts), { mode: 0o600 })
      const connector = new CommandLine(built.entry, world)
      expect((await connector.run(['db', 'migrate'])).exitCode).toBe(0)
      const log = await FenceLog.watch(url)
      const fleet = new Fleet({ entry: built.entry, cwd: world.directory, env: world.env })
      try {
        for (let replica = 0; replica < 3; replica++) await fleet.start()
        const titles: string[] = []
        const edit = (round: number) => {
          for (const [at, person] of PEOPLE.entries()) {
            const title = `Round ${round} of ${person}`
            titles.push(title)
            const day = 2 + (round % 25)
            if ((at + round) % 2 === 0) world.exchange.mailbox(emailOf(person)).addEvent(appointment(title, { day }))
            else
              world.nextcloud
                .user(person)
                .calendar('personal')
                .put(`${round}.ics`, ics(`${round}@${person}.test`, `SUMMARY:${title}`), { silent: true })
          }
        }
        for (let kill = 0; kill < KILLS; kill++) {
          edit(kill)
          await wait(700)
          const dead = await fleet.killAndReplace(kill)
          await log.expire(dead)
        }
        edit(KILLS)
        const onExchange = (person: string) =>
          world.exchange
            .mailbox(emailOf(person))
            .list()
            .map((item) => String(item.fields.Subject))
        const onNextcloud = (person: string) =>
          world.nextcloud
            .user(person)
            .calendar('personal')
            .list()
            .map(({ text }) => /SUMMARY:(.*)/.exec(text)?.[1]?.trim() ?? '')
        await expect
          .poll(() => PEOPLE.flatMap(onNextcloud).length + PEOPLE.flatMap(onExchange).length, { timeout: 60_000 })
          .toBe(2 * titles.length)
        await wait(1_000)
        // What the listening is shared by.
        expect((await log.query('select name from replica')).length).toBeGreaterThanOrEqual(fleet.running.length)
        expect(PEOPLE.flatMap(onExchange).sort()).toEqual(titles.sort())
        expect(PEOPLE.flatMap(onNextcloud).sort()).toEqual(titles.sort())
        const held = await log.held()
        expect(held.length).toBeGreaterThan(PEOPLE.length)
        expect(twoWriters(held)).toEqual([])
        const writes = world.exchange.requests.list
          .filter(({ operation }) => /^(Create|Update|Delete)Item$/.test(operation))
          .map(({ mailbox, atMs }) => ({ email: mailbox.toLowerCase(), atMs }))
        expect(writes.length).toBeGreaterThan(0)
        expect(withoutLease(held, writes)).toEqual([])
        expect(heldAtOnceMax(held)).toBe(USERS_PER_ADMIN)
        expect(fleet.kills).toBe(KILLS)
      } finally {
        await fleet.stop()
        await log.close()
        await world.close()
        await postgres.stop()
      }
    },
    120_000 + KILLS * 20_000,
  )
})
