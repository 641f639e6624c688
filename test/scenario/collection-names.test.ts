/** Names of calendars follow each other where the connector made one for the other; nobody's own calendar is ever renamed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decideName } from '../../src/nextcloud/collection-props.ts'
import { appointment } from './items.ts'
import { Stage } from './stage.ts'

let stage: Stage
const DAY_MS = 24 * 3_600_000

beforeEach(async () => {
  stage = await Stage.open({ entries: { alice: { Calendars: [{ Exchange: 'Calendar' }, { Exchange: '*' }] } } })
})

afterEach(() => stage.close())

/** Collections are looked at anew once a day or so. */
async function nextDay(): Promise<void> {
  stage.clock.advance(2 * DAY_MS)
  await stage.settle()
}

const names = () =>
  stage.world.nextcloud
    .user('alice')
    .calendars()
    .map(({ displayName }) => displayName)
    .sort()

async function withProjects(): Promise<void> {
  stage.mailbox().addFolder('Projects')
  stage.mailbox().addEvent(appointment('Kick-off'), 'Projects')
  await stage.settle()
}

describe('The name of a calendar that was made for a folder', () => {
  it('is the name of the folder, also of one that is made later', async () => {
    await stage.settle()
    const before = names()
    await withProjects()
    expect(names()).toEqual(before)
    await nextDay()
    expect(names()).toEqual([...before, 'Projects'].sort())
  })

  it('follows the folder, and the folder follows it', async () => {
    await withProjects()
    const calendar = stage.world.nextcloud
      .user('alice')
      .calendars()
      .find(({ displayName }) => displayName === 'Projects')
    stage.mailbox().renameFolder('Projects', 'Clients')
    await nextDay()
    expect(names()).toContain('Clients')
    calendar?.rename('Customers')
    await nextDay()
    expect(stage.mailbox().list('Customers')).toHaveLength(1)
    expect(names()).toContain('Customers')
    stage.takeWrites()
    await nextDay()
    expect(stage.takeWrites()).toEqual([])
  })

  it('survives the loss of the state', async () => {
    await withProjects()
    stage.mailbox().renameFolder('Projects', 'Clients')
    await nextDay()
    await stage.loseState()
    await stage.settle()
    expect(names().filter((name) => ['Clients', 'Projects'].includes(name))).toEqual(['Clients'])
  })

  it("never touches the user's own calendars", async () => {
    await stage.settle()
    const [personal] = stage.world.nextcloud.user('alice').calendars()
    personal?.rename('My life')
    stage.takeWrites()
    await nextDay()
    expect(stage.takeWrites()).toEqual([])
    expect(names()).toContain('My life')
  })
})

describe('Which name wins', () => {
  const decide = (linked: string | null, exchange: string, nextcloud: string) =>
    decideName({ linked, exchange, nextcloud })

  it('is the new one, and the one of Exchange when both are new', () => {
    expect(decide('A', 'A', 'A')).toEqual({ kind: 'nothing' })
    expect(decide('A', 'B', 'A')).toEqual({ kind: 'rename', side: 'nextcloud', name: 'B' })
    expect(decide('A', 'A', 'B')).toEqual({ kind: 'rename', side: 'exchange', name: 'B' })
    expect(decide('A', 'B', 'C')).toEqual({ kind: 'rename', side: 'nextcloud', name: 'B' })
    expect(decide('A', 'B', 'B')).toEqual({ kind: 'note', name: 'B' })
  })

  it('is none for a calendar that was not made for the folder, and never an empty one', () => {
    expect(decide(null, 'A', 'B')).toEqual({ kind: 'nothing' })
    expect(decide('A', 'A', ' ')).toEqual({ kind: 'nothing' })
  })
})
