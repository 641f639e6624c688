/**
 * `npm run demo`: two simulated servers, three people, the real command line. It tells what happens and exits 0 only when both sides
 * are equal at the end, nobody was mailed, and nothing was lost.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { emailOf, startWorld, type World } from '../world.ts'
import { day, seedExchange, seedNextcloud } from './seed.ts'
import { Story } from './story.ts'

const PEOPLE = ['alice', 'bob', 'carol'] as const
const failures: string[] = []

function expect(holds: boolean, what: string): void {
  console.log(`   ${holds ? 'ok  ' : 'FAIL'} ${what}`)
  if (!holds) failures.push(what)
}

const startedAtMs = Date.now()
const world = await startWorld({
  people: PEOPLE,
  env: { Service__LoggingConfiguration__LogLevel: 'error' },
})
try {
  await tell(world, new Story(world))
} finally {
  await world.close()
}
const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1)
if (failures.length === 0) console.log(`\nBoth sides are equal. The demo took ${seconds} s.`)
else console.log(`\nThe demo failed after ${seconds} s:\n${failures.map((failure) => ` - ${failure}`).join('\n')}`)
process.exitCode = failures.length === 0 ? 0 : 1

async function tell(servers: World, story: Story): Promise<void> {
  story.chapter('Two servers that know nothing of each other')
  for (const [index, person] of PEOPLE.entries()) {
    seedExchange(mailboxOf(person), index)
    seedNextcloud(calendarOf(person), index)
  }
  const counts = PEOPLE.map(
    (person) =>
      `${person}: ${mailboxOf(person).list().length} items on Exchange, ${calendarOf(person).list().length} on Nextcloud`,
  )
  story.say(
    'An Exchange server and a Nextcloud were started on this machine (simulators with the real protocols).',
    ...counts,
  )
  await story.run(['db', 'migrate'])
  await story.run(['users', 'list'])

  story.chapter('What would a sync do? A dry run writes nothing')
  const before = servers.exchange.requests.count('CreateItem')
  await story.run(['sync', 'user', emailOf('alice'), '--dry-run'], { linesMax: 24 })
  expect(
    servers.exchange.requests.count('CreateItem') === before && calendarOf('alice').list().length === 10,
    'neither server was written to',
  )

  story.chapter('The first sync')
  const first = await story.run(['sync', 'run'])
  expect(first.exitCode === 0, 'exit code 0')

  story.chapter('People go on working on both sides')
  live()
  const second = await story.run(['sync', 'run', '--now'])
  expect(second.exitCode === 0, 'exit code 0')
  expect(/conflict: Exchange wins/.test(second.stdout), 'the conflict is told')
  expect(
    subjects('bob').includes('Choir rehearsal in the town hall'),
    'the edit on Exchange won the conflict, as configured',
  )
  expect(
    calendarOf('carol')
      .list()
      .some((object) => object.text.includes('SUMMARY:Swimming in the sea')),
    'Carol’s new title stayed',
  )
  await story.run(['status', emailOf('bob')])

  story.chapter('A third run finds nothing to do')
  const third = await story.run(['sync', 'run', '--now'])
  expect(
    third.exitCode === 0 && /^(?:total|\d+ unchanged) +(\d+) +\1 +0 +0 +0 +0 +0 +0$/m.test(third.stdout),
    'every item is the same as before, nothing was written',
  )
  const requests = servers.exchange.requests.total + servers.nextcloud.requests.entries.length
  await story.run(['sync', 'run', '--now'], { quiet: true })
  const asked = servers.exchange.requests.total + servers.nextcloud.requests.entries.length - requests
  expect(
    asked <= 2 * PEOPLE.length,
    `one more idle run: ${asked} requests for ${PEOPLE.length} mailboxes, one per side and calendar`,
  )

  story.chapter('Are both sides equal?')
  await compare(servers, story)
}

/** A working day: new, changed, moved and deleted items on both sides, and one title that two people changed at once. */
function live(): void {
  const alice = mailboxOf('alice')
  alice.addEvent({
    subject: 'Coffee with the new colleague',
    start: `${day(2)}T15:00:00`,
    end: `${day(2)}T15:30:00`,
    zone: 'W. Europe Standard Time',
  })
  alice.deleteItem(idOf('alice', 'Budget review'))
  editObject('alice', 'SUMMARY:Parents’ evening', (text) =>
    text.replace('LOCATION:School\\, room 7', 'LOCATION:School\\, gym'),
  )
  mailboxOf('bob').editEvent(idOf('bob', 'Choir rehearsal'), { subject: 'Choir rehearsal in the town hall' })
  editObject('bob', 'SUMMARY:Choir rehearsal\r\n', (text) =>
    text.replace('SUMMARY:Choir rehearsal', 'SUMMARY:Choir rehearsal (bring the score)'),
  )
  mailboxOf('bob').deleteOccurrence(idOf('bob', 'Stand-up'), 7)
  editObject('carol', 'SUMMARY:Swimming', (text) => text.replace('SUMMARY:Swimming', 'SUMMARY:Swimming in the sea'))
  const lunch = calendarOf('carol')
    .list()
    .find((object) => object.text.includes('SUMMARY:Write to Aunt Olga'))
  if (lunch) calendarOf('carol').remove(lunch.uri, { silent: true })
  console.log(
    [
      'Alice adds a coffee and deletes the budget review in Outlook, and moves the parents’ evening in Nextcloud.',
      'Bob changes the title of his choir rehearsal on Exchange and, before the next sync, also in Nextcloud: a conflict.',
      'Bob cancels one stand-up. Carol renames her swimming and deletes a reminder in Nextcloud.',
    ].join('\n'),
  )
}

/** Equal by three looks: titles by UID, a comparison of every field with an empty memory, and the outboxes. */
async function compare(servers: World, story: Story): Promise<void> {
  for (const person of PEOPLE) {
    const exchange = mailboxOf(person).list().length
    const nextcloud = calendarOf(person).list().length
    // The full moon walk has no Exchange form.
    expect(
      nextcloud === exchange + 1,
      `${person}: ${exchange} items on Exchange, and one more on Nextcloud that Exchange cannot hold`,
    )
  }
  rmSync(join(servers.directory, 'data'), { recursive: true, force: true })
  await story.run(['db', 'migrate'], { quiet: true })
  for (const person of PEOPLE) {
    const { stdout } = await story.run(['sync', 'user', emailOf(person), '--dry-run', '--json'], { quiet: true })
    const report = JSON.parse(stdout)
    if (report.error) throw new Error(`the comparison of ${person} failed: ${stdout}`)
    const actions: { action: string }[] = report.pairs.flatMap(
      (pair: { actions: { action: string }[] }) => pair.actions,
    )
    const writes = actions.filter(({ action }) => action !== 'link' && action !== 'skip').length
    expect(
      writes === 0 && actions.length > 40,
      `${person}: all ${actions.length} items compared field by field without the state, ${writes} differ`,
    )
  }
  expect(servers.exchange.outbox.mails.length === 0, 'Exchange mailed nobody')
  expect(servers.nextcloud.outbox.filter((mail) => mail.cause.by === 'dav').length === 0, 'Nextcloud mailed nobody')
}

function mailboxOf(person: string) {
  return world.exchange.mailbox(emailOf(person))
}

function calendarOf(person: string) {
  return world.nextcloud.user(person).calendar('personal')
}

function idOf(person: string, subject: string): string {
  const item = mailboxOf(person)
    .list()
    .find((candidate) => candidate.fields.Subject === subject)
  if (!item) throw new Error(`the demo has no ${subject} for ${person}`)
  return item.id
}

function subjects(person: string): (string | undefined)[] {
  return mailboxOf(person)
    .list()
    .map((item) => item.fields.Subject)
}

function editObject(person: string, containing: string, edit: (text: string) => string): void {
  const object = calendarOf(person)
    .list()
    .find((candidate) => candidate.text.includes(containing))
  if (!object) throw new Error(`the demo has no object with ${containing} for ${person}`)
  calendarOf(person).put(object.uri, edit(object.text), { silent: true })
}
