/** The Exchange side keeps the contract that every side keeps, on task and contact folders too. */
import { expect } from 'vitest'
import { readSingleDocument } from '../../src/mapping/ews/single-item.ts'
import type { Item } from '../../src/model/item.ts'
import { nameOf } from '../../src/model/item-name.ts'
import type { ItemId } from '../../src/ports/side.ts'
import { singleFixture } from './exchange-side-single-fixture.ts'
import { CONTACTS, TASKS } from './side-samples.ts'
import { type SideFixture, sideContract } from './side-suite.ts'

const UID_KEY = '00020329-0000-0000-c000-000000000046:exchange-connector-uid:String'

/** What a person made in Outlook has no UID of ours; here it gets one, so that the suite can name it. */
function uidProperty(uid: string) {
  return { [UID_KEY]: { path: {}, values: [uid], multi: false } }
}

async function makeFixture(kind: 'tasks' | 'contacts'): Promise<SideFixture> {
  const { side, outlook, simulator, close } = await singleFixture(kind, { findPageMax: 10 })
  const named = (title: string) =>
    kind === 'tasks' ? { fields: { Subject: title } } : { values: { DisplayName: title } }
  return {
    side,
    person: {
      create: async (item: Item) => {
        const { title } = nameOf(item)
        const input = { ...named(title ?? ''), fields: { Subject: title ?? '', extended: uidProperty(item.uid) } }
        return outlook.addItem(kind === 'tasks' ? 'Task' : 'Contact', input) as ItemId
      },
      rename: async (id, title) => outlook.editItem(id, named(title)),
      remove: async (id) => outlook.deleteItem(id),
      titles: async () => {
        const ids = outlook.list(kind).map(({ id }) => id as ItemId)
        const results = await side.read(ids)
        const titles = results.map((one) => (one.kind === 'present' ? nameOf(one.item.model).title : one.kind))
        for (const one of results)
          if (one.kind === 'present') expect(readSingleDocument(one.item.native.text)).toBeDefined()
        return titles.map((title) => title ?? '').sort()
      },
    },
    mails: () => simulator.outbox.mails.length,
    loseNextAnswer: (when) => {
      simulator.faults.add({ operation: /^(Create|Update|Delete)Item$/, times: 1, effect: { kind: 'cut', when } })
    },
    close,
  }
}

sideContract('Exchange tasks', () => makeFixture('tasks'), { conditionalCreate: false, samples: TASKS })
sideContract('Exchange contacts', () => makeFixture('contacts'), { conditionalCreate: false, samples: CONTACTS })
