/**
 * Bad input, part 5: the connection is cut at every request of a pass, before the work, after it, and in the middle of the answer, and
 * the server stays away for the rest of that pass. The next runs converge: nothing is lost and nothing is doubled (P2, I12, I14).
 */
import { afterEach, describe, expect, it } from 'vitest'
import { expectEqual, rawLists } from './equality.ts'
import { appointment, ics } from './items.ts'
import { Stage } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())

const KINDS = ['before', 'after', 'middle'] as const
type Kind = (typeof KINDS)[number]
const REQUESTS_MAX = 60
const GONE = { kind: 'cut', when: 'before' } as const
const DAV_KINDS = { before: 'before-work', after: 'after-work', middle: 'mid-reply' } as const

/** The n-th request from now on is cut, and every one after it. Tells whether there was such a request. */
function cutExchange(nth: number, when: Kind): () => boolean {
  let seen = 0
  stage.world.exchange.faults.hook = () => {
    seen += 1
    if (seen < nth) return undefined
    return seen === nth ? { kind: 'cut', when } : GONE
  }
  return () => seen >= nth
}

function cutNextcloud(nth: number, when: Kind): () => boolean {
  const { nextcloud } = stage.world
  const cut = nextcloud.fault({ nth }, { kind: 'cut', when: DAV_KINDS[when] })
  nextcloud.fault({ nth: nth + 1, times: Number.POSITIVE_INFINITY }, { kind: 'cut', when: 'before-work' })
  return () => cut.hits() > 0
}

const CUTS = { exchange: cutExchange, nextcloud: cutNextcloud } as const

function heal(): void {
  stage.world.exchange.faults.clear()
  stage.world.nextcloud.clearFaults()
}

/** What stands in both calendars; people make, change and delete one item on each side. */
class Diary {
  #round = 0
  #titles: string[] = []

  open(): void {
    for (const name of ['edited', 'deleted']) this.#make(`${name} in Outlook 0`, `${name} in Nextcloud 0`)
  }

  #make(outlook: string, web: string): void {
    stage.mailbox().addEvent(appointment(outlook))
    stage.calendar().put(`${web}.ics`, ics(`${web}@example.org`, `SUMMARY:${web}`), { silent: true })
    this.#titles.push(outlook, web)
  }

  live(): void {
    const before = this.#round++
    const now = this.#round
    stage.mailbox().editEvent(stage.item(`edited in Outlook ${before}`).id, { subject: `edited in Outlook ${now}` })
    stage.editObject(`SUMMARY:edited in Nextcloud ${before}`, (text) =>
      text.replace(`SUMMARY:edited in Nextcloud ${before}`, `SUMMARY:edited in Nextcloud ${now}`),
    )
    stage.mailbox().deleteItem(stage.item(`deleted in Outlook ${before}`).id)
    stage.calendar().remove(stage.object(`SUMMARY:deleted in Nextcloud ${before}`).uri, { silent: true })
    this.#titles = [`edited in Outlook ${now}`, `edited in Nextcloud ${now}`]
    this.#make(`deleted in Outlook ${now}`, `deleted in Nextcloud ${now}`)
  }

  titles(): string[] {
    return [...this.#titles].sort()
  }
}

function expectWhole(diary: Diary, where: string): void {
  const raw = rawLists(stage.world)
  const titles = raw.exchange.map((line) => line.split(' @ ')[0])
  expect({ where, titles, nextcloud: raw.nextcloud }).toEqual({
    where,
    titles: diary.titles(),
    nextcloud: raw.exchange,
  })
}

/** Passes until a pass is in step; an item that failed waits a while, so the clock goes on. */
async function converge(where: string): Promise<void> {
  for (let passes = 0; passes < 6; passes++) {
    stage.clock.advance(10 * 60_000)
    const { outcome, pairs } = await stage.pass()
    if (outcome === 'in-step' && pairs.every(({ counts }) => counts.seen === counts.unchanged)) return
  }
  throw new Error(`not in step after six passes: ${where}`)
}

describe('a connection that is cut at any point', () => {
  it.each(['exchange', 'nextcloud'] as const)('of %s in a pass that makes, changes and removes items', async (side) => {
    stage = await Stage.open({ env: { Service__Guards__DeletionsPerPassCount: '1000' } })
    const diary = new Diary()
    diary.open()
    await converge('first sync')
    let cuts = 0
    for (const when of KINDS) {
      for (let nth = 1; nth <= REQUESTS_MAX; nth++) {
        diary.live()
        const where = `${side}, request ${nth}, ${when}`
        const wasCut = CUTS[side](nth, when)
        await stage.pass()
        heal()
        await converge(where)
        expectWhole(diary, where)
        if (!wasCut()) break
        cuts++
      }
    }
    expect(cuts).toBeGreaterThan(3 * 6)
    await expectEqual(stage.world, { clock: stage.clock })
  })

  it.each(['exchange', 'nextcloud'] as const)(
    'of %s in the first pass, in which a calendar has to be made',
    async (side) => {
      let cuts = 0
      for (let nth = 1; nth <= REQUESTS_MAX; nth++) {
        const links = { alice: { Calendars: [{ Exchange: 'Calendar', Nextcloud: 'Work' }] } }
        stage = await Stage.open({ entries: links })
        stage.mailbox().addEvent(appointment('First'))
        const wasCut = CUTS[side](nth, nth % 2 === 0 ? 'after' : 'middle')
        await stage.pass()
        heal()
        await converge(`${side}, request ${nth}`)
        const calendars = stage.world.nextcloud
          .user('alice')
          .calendars()
          .filter(({ displayName }) => displayName === 'Work')
        expect(calendars.map((calendar) => calendar.list().length)).toEqual([1])
        expect(stage.mailbox().list().length).toBe(1)
        if (!wasCut()) break
        cuts++
        await stage.close()
      }
      expect(cuts).toBeGreaterThan(4)
    },
  )

  it('of a creation whose answer was lost while the feed does not tell of it yet: found by its token, not made twice', async () => {
    stage = await Stage.open()
    const { exchange, nextcloud } = stage.world
    stage.mailbox().addEvent(appointment('First'))
    await converge('first sync')
    stage.calendar().put('new.ics', ics('new@example.org', 'SUMMARY:From Nextcloud'), { silent: true })
    stage.mailbox().addEvent(appointment('From Outlook'))
    exchange.faults.add({ operation: 'CreateItem', times: 1, effect: { kind: 'cut', when: 'after' } })
    nextcloud.fault({ method: 'PUT' }, { kind: 'cut', when: 'after-work' })
    await stage.pass()
    exchange.faults.add({ operation: 'SyncFolderItems', times: 3, effect: { kind: 'feedLag', changes: 1 } })
    nextcloud.fault({ report: 'sync-collection', times: 3 }, { kind: 'feed-lag', changes: 1, token: 'kept-back' })
    await converge('after the lost answers')
    heal()
    await converge('when the feed is up to date')
    expect([stage.mailbox().list().length, stage.calendar().list().length]).toEqual([3, 3])
    await expectEqual(stage.world, { clock: stage.clock })
  })
})
