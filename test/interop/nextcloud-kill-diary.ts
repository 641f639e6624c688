/** People who make, change and delete events on Exchange and on a real Nextcloud, and the book of what must be there in the end. */
import { resource, vevent } from '../scenario/items.ts'
import type { Chance } from '../sim/chance.ts'
import type { MailboxHandle } from '../simulators/exchange/mailbox-handle.ts'
import type { rawDav } from './full-sync.ts'

const BERLIN = 'W. Europe Standard Time'
const GUEST = { name: 'Guest', email: 'guest@elsewhere.test' }
/** Of the changes; the others give a new title. */
const DELETED_SHARE = 0.4

type Parts = { mailbox: MailboxHandle; dav: ReturnType<typeof rawDav>; chance: Chance }

export class KillDiary {
  readonly #parts: Parts
  /** Titles by id on Exchange and by object name on Nextcloud: each item is looked after where it was made. */
  readonly #exchange = new Map<string, string>()
  readonly #nextcloud = new Map<string, string>()
  #count = 0

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async begin(items: number): Promise<void> {
    for (let made = 0; made < items; made += 2) await this.#make()
  }

  async live(): Promise<void> {
    const { chance } = this.#parts
    await this.#make()
    const inOutlook = chance.pick([...this.#exchange.keys()])
    if (inOutlook) this.#changeInOutlook(inOutlook)
    const onTheWeb = chance.pick([...this.#nextcloud.keys()])
    if (onTheWeb) await this.#changeOnTheWeb(onTheWeb)
  }

  titles(): string[] {
    return [...this.#exchange.values(), ...this.#nextcloud.values()].sort()
  }

  /** Titles of all items, doubles included. */
  async lists(): Promise<{ exchange: string[]; nextcloud: string[] }> {
    const objects = await this.#parts.dav.list()
    return {
      exchange: this.#parts.mailbox
        .list()
        .map((item) => String(item.fields.Subject))
        .sort(),
      nextcloud: objects.map(({ text }) => /^SUMMARY:(.*?)\r?$/m.exec(text)?.[1] ?? text).sort(),
    }
  }

  /** Whatever a write would change. */
  async versions(): Promise<{ exchange: string[]; nextcloud: string[] }> {
    const objects = await this.#parts.dav.list()
    return {
      exchange: this.#parts.mailbox
        .list()
        .map((item) => `${item.id} ${item.changeKey}`)
        .sort(),
      nextcloud: objects.map(({ url, text }) => `${url} ${text}`).sort(),
    }
  }

  static meeting(uid: string, title: string, day: string): string {
    const date = day.replaceAll('-', '')
    return resource(
      vevent(
        uid,
        `DTSTART;TZID=Europe/Berlin:${date}T100000`,
        `DTEND;TZID=Europe/Berlin:${date}T110000`,
        `SUMMARY:${title}`,
        'ORGANIZER:mailto:interop@corp.test',
        `ATTENDEE;CN=Guest;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:${GUEST.email}`,
      ),
    )
  }

  async #make(): Promise<void> {
    const { mailbox, dav } = this.#parts
    const day = this.#day()
    const subject = this.#title()
    const times = { start: `${day}T10:00:00`, end: `${day}T11:00:00`, zone: BERLIN, reminderMinutes: null }
    this.#exchange.set(mailbox.addEvent({ subject, ...times, required: [GUEST] }), subject)
    const title = this.#title()
    const name = `${title.replace(' ', '-')}.ics`
    await dav.put(name, KillDiary.meeting(`${name}@example.org`, title, day))
    this.#nextcloud.set(name, title)
  }

  #changeInOutlook(id: string): void {
    const { mailbox, chance } = this.#parts
    if (chance.happens(DELETED_SHARE)) {
      mailbox.deleteItem(id)
      this.#exchange.delete(id)
      return
    }
    const subject = this.#title()
    mailbox.editEvent(id, { subject })
    this.#exchange.set(id, subject)
  }

  /** Under the version that the person saw, as the web page does; whoever loses looks again. */
  async #changeOnTheWeb(name: string): Promise<void> {
    const { dav, chance } = this.#parts
    if (chance.happens(DELETED_SHARE)) {
      await dav.remove(dav.urlOf(name))
      this.#nextcloud.delete(name)
      return
    }
    const title = this.#title()
    const text = await dav.get(name)
    await dav.replace(dav.urlOf(name), text.replace(/^SUMMARY:.*$/m, `SUMMARY:${title}`))
    this.#nextcloud.set(name, title)
  }

  #title(): string {
    return `item ${String(++this.#count).padStart(5, '0')}`
  }

  #day(): string {
    return `2035-03-${String(1 + this.#parts.chance.below(28)).padStart(2, '0')}`
  }
}
