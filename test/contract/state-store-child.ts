/** A process of its own for the tests of sharing and of crashes: one task on one database, results as lines on stdout. */
import { randomUUID } from 'node:crypto'
import { openStateStore } from '../../src/state/open.ts'
import { ARCHIVE_KEY, archiveEntry, held, leasedPair, synced } from './state-store-builders.ts'

const [task = '', connectionString = '', name = ''] = process.argv.slice(2)
const store = await openStateStore({ connectionString, archiveKey: ARCHIVE_KEY })

switch (task) {
  case 'migrate':
    console.log(JSON.stringify(await store.migrate()))
    break
  case 'claim-all':
    // Until nothing is due: every line is a mailbox that this process, and no other, may write.
    for (let claims = await claim(); claims.length > 0; claims = await claim()) {
      for (const { mailbox } of claims) console.log(mailbox.id)
    }
    break
  case 'work-in-places':
    // Works on every due mailbox, all of one account with two places; says when it begins and ends with each.
    for (let idle = 0; idle < 40; ) {
      const accounts = { names: ['svc'], usersMax: 2 }
      const claims = await store.claimDue({ holder: name, limit: 2, ttlMs: 60_000, accounts })
      idle = claims.length === 0 ? idle + 1 : 0
      for (const { mailbox, lease } of claims) {
        console.log(`${Date.now()} begin ${mailbox.id}`)
        await new Promise((resolve) => setTimeout(resolve, 4))
        const nextRunAtMs = Date.now() + 3_600_000
        await store.commit(lease, [{ kind: 'put-mailbox', mailbox: { ...mailbox, nextRunAtMs } }])
        console.log(`${Date.now()} end ${mailbox.id}`)
        await store.releaseLease(lease)
      }
      if (claims.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    break
  case 'take-turns': {
    // Adds one to a number in the database, again and again, under the lease only.
    const { id } = await store.ensureMailbox('ada@example.test')
    for (let done = 0; done < 50; ) {
      const attempt = await store.acquireLease(id, { holder: name, ttlMs: 60_000 })
      if (attempt.kind === 'busy') {
        await new Promise((resolve) => setTimeout(resolve, 1))
        continue
      }
      const mailbox = await store.mailboxByEmail('ada@example.test')
      if (mailbox === null) throw new Error('the mailbox is gone')
      await store.commit(attempt.lease, [
        { kind: 'put-mailbox', mailbox: { ...mailbox, attempts: mailbox.attempts + 1 } },
      ])
      await store.releaseLease(attempt.lease)
      done += 1
    }
    console.log('done')
    break
  }
  case 'commit-loop': {
    // Each commit adds ten whole items and their archive entry; it is killed in the middle of one.
    const { pair, lease } = await leasedPair(store, { email: `${name}@example.test`, ttlMs: 600_000 })
    console.log(pair.id)
    for (let at = 0; ; at += 1) {
      const items = Array.from({ length: 10 }, (_, item) => synced(pair.id, `${at}-${item}`)).flat()
      await store.commit(lease, [...items, { kind: 'put-archive', entry: archiveEntry(pair, { id: randomUUID() }) }])
      console.log(at + 1)
    }
  }
  case 'hold-write-lock':
    await store.database.db.transaction().execute(async () => {
      console.log('locked')
      await new Promise((resolve) => setTimeout(resolve, Number(name)))
    })
    break
  case 'hold-lease':
    await held(store, (await store.ensureMailbox('ada@example.test')).id, { holder: name })
    console.log('held')
    break
  default:
    throw new Error(`no task ${task}`)
}
await store.close()

async function claim() {
  return await store.claimDue({ holder: name, limit: 3, ttlMs: 60_000 })
}
