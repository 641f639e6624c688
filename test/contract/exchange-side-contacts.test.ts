/** Contacts and distribution lists on the Exchange side: the contract, photos, and what only Exchange holds. */
import { afterEach, describe, expect, it } from 'vitest'
import { createFolderOfKind, listFolders } from '../../src/exchange/ews/folders.ts'
import type { Contact, Group } from '../../src/model/contact.ts'
import type { Item } from '../../src/model/item.ts'
import { cardOf } from '../../src/model/kinds.ts'
import type { ItemId } from '../../src/ports/side.ts'
import { makeNode } from '../simulators/exchange/xml.ts'
import { MAILBOX, newToken } from './exchange-side-fixture.ts'
import { change, look, make, type SingleFixture, singleFixture } from './exchange-side-single-fixture.ts'
import { fullContact, PIXEL, PIXEL_TOO, photo, sampleContact, sampleGroup } from './exchange-side-single-samples.ts'
import { singleContract } from './exchange-side-single-suite.ts'

const titles = ({ outlook }: SingleFixture) =>
  outlook
    .list('contacts')
    .map(({ fields }) => fields.other?.DisplayName?.text ?? '')
    .sort()
const rename = ({ outlook }: SingleFixture, id: string, title: string) =>
  outlook.editItem(id, { values: { DisplayName: title } })

singleContract('Exchange contacts', {
  kind: 'contacts',
  item: (uid, displayName) => sampleContact(uid, { displayName }),
  titled: (item, displayName) => ({ ...item, displayName }) as Item,
  person: { create: ({ outlook }, title) => outlook.addItem('Contact', { values: { DisplayName: title } }), rename },
  titles,
})

singleContract('Exchange distribution lists', {
  kind: 'contacts',
  item: (uid, title) => sampleGroup(uid, { title }),
  titled: (item, title) => ({ ...item, title }) as Item,
  person: {
    create: ({ outlook }, title) => outlook.addItem('DistributionList', { values: { DisplayName: title } }),
    rename,
  },
  titles,
})

describe('contacts on Exchange', () => {
  const open: SingleFixture[] = []
  const fixture = async () => {
    const made = await singleFixture('contacts')
    open.push(made)
    return made
  }
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })
  const photosOf = ({ outlook }: SingleFixture, id: string) =>
    (outlook.get(id)?.attachments ?? []).map(({ content }) => content.toString('base64'))

  it('holds every field of the model', async () => {
    const { side } = await fixture()
    const wanted = fullContact('full@example.test')
    expect(side.fit(wanted)).toEqual({ kind: 'fits', item: wanted, losses: [] })
    const made = await make(side, wanted)
    expect(made.model).toEqual(wanted)
    expect(await look(side, made.id)).toEqual(made)
  })

  it('takes every field away again, and gives it back', async () => {
    const { side } = await fixture()
    const full = await make(side, fullContact('full@example.test'))
    const bare = sampleContact('full@example.test', { displayName: 'Nobody', emails: [], phones: {}, categories: [] })
    const emptied = await change<Contact>(side, full, bare)
    expect(emptied.item.model).toEqual(bare)
    const refilled = await change<Contact>(side, emptied.item, fullContact('full@example.test'))
    expect(refilled.item.model).toEqual(full.model)
  })

  it('keeps what the model does not know through every change (SRV-5)', async () => {
    const made = await fixture()
    const { outlook, side } = made
    const mms = { ...makeNode('Entry', 'mms'), attributes: { Key: 'Mms' } }
    const phones = { ...makeNode('PhoneNumbers'), children: [mms] }
    const id = outlook.addItem('Contact', {
      values: { DisplayName: 'Erika', Mileage: '12', Initials: 'EM', Alias: 'erika' },
      fields: { Body: { type: 'HTML', content: '<p>Her <b>bold</b> note</p>' } },
    })
    outlook.editItem(id, { fields: { other: { PhoneNumbers: phones } } })
    outlook.attach(id, { name: 'contract.pdf', content: Buffer.from('x') })
    const before = await look(side, id)
    const after = await change<Contact>(side, before, { phones: { HomePhone: '5' }, displayName: 'Erika M' })
    const { fields, attachments } = outlook.get(id) ?? {}
    expect(fields?.Body?.content).toContain('<b>bold</b>')
    expect(fields?.other?.Mileage?.text).toBe('12')
    expect(fields?.other?.Initials?.text).toBe('EM')
    expect(fields?.other?.PhoneNumbers?.children.map(({ attributes, text }) => [attributes.Key, text])).toEqual([
      ['Mms', 'mms'],
      ['HomePhone', '5'],
    ])
    expect(attachments).toHaveLength(1)
    expect(after.item.model).toMatchObject({ note: 'Her bold note', displayName: 'Erika M' })
    // Nothing but what changed was asked to be written.
    const update = made.simulator.requests.list.find(({ operation }) => operation === 'UpdateItem')
    expect(update?.requestBody?.match(/<t:SetItemField>/g)).toHaveLength(2)
  })

  it('writes, replaces and removes a photo, and reads one from Outlook', async () => {
    const made = await fixture()
    const { side, outlook } = made
    const first = await make(side, sampleContact('photo@example.test', { photo: photo(PIXEL) }))
    expect(cardOf(first.model)).toMatchObject({ photo: photo(PIXEL) })
    const second = await change<Contact>(side, first, { photo: photo(PIXEL_TOO) })
    expect(second.item.model).toMatchObject({ photo: photo(PIXEL_TOO) })
    expect(photosOf(made, first.id)).toEqual([PIXEL_TOO])
    const third = await change<Contact>(side, second.item, { photo: null })
    expect(third.item.model).toMatchObject({ photo: null })
    expect(photosOf(made, first.id)).toEqual([])
    outlook.attach(first.id, {
      name: 'ContactPicture.jpg',
      content: Buffer.from(PIXEL, 'base64'),
      isContactPhoto: true,
    })
    expect((await look(side, first.id)).model).toMatchObject({ photo: photo(PIXEL) })
  })

  it('does not touch the photo when something else changes (SRV-5)', async () => {
    const made = await fixture()
    const first = await make(made.side, sampleContact('photo@example.test', { photo: photo(PIXEL) }))
    made.simulator.requests.clear()
    const flat: Partial<Contact> = { displayName: 'Other', photo: { ...photo(PIXEL), base64: null } }
    const { item } = await change<Contact>(made.side, first, flat)
    expect(item.model).toMatchObject({ displayName: 'Other', photo: photo(PIXEL) })
    expect(made.simulator.requests.count('CreateAttachment')).toBe(0)
    expect(made.simulator.requests.count('DeleteAttachment')).toBe(0)
  })

  it('refuses to write a photo over a contact that somebody changed meanwhile (I11)', async () => {
    const made = await fixture()
    const first = await make(made.side, sampleContact('race@example.test'))
    rename(made, first.id, 'Theirs')
    const desired = { ...cardOf(first.model), photo: photo(PIXEL) } as Contact
    const outcomes = await made.side.update([{ current: first, desired, changed: ['photo'] }])
    expect(outcomes).toEqual([{ kind: 'changed-underneath' }])
    expect(photosOf(made, first.id)).toEqual([])
  })

  it('asks under the change key before it writes a photo, because attachments have no precondition (I11)', async () => {
    const made = await fixture()
    const first = await make(made.side, sampleContact('race@example.test'))
    let edited = false
    made.simulator.faults.hook = ({ operation }) => {
      // Somebody is faster, after the look at the version and before the first write.
      if (!edited && /^(UpdateItem|CreateAttachment)$/.test(operation)) {
        edited = true
        rename(made, first.id, 'Theirs')
      }
      return undefined
    }
    const desired = { ...cardOf(first.model), photo: photo(PIXEL) } as Contact
    const outcomes = await made.side.update([{ current: first, desired, changed: ['photo'] }])
    expect(outcomes).toEqual([{ kind: 'changed-underneath' }])
    expect(photosOf(made, first.id)).toEqual([])
  })

  it('takes a contact back whose photo was refused, and one that was cut short is made anew', async () => {
    const made = await fixture()
    const { faults } = made.simulator
    const desired = sampleContact('photo@example.test', { photo: photo(PIXEL) })
    const code = 'ErrorAttachmentSizeLimitExceeded'
    faults.add({ operation: 'CreateAttachment', times: 1, effect: { kind: 'itemError', code, index: 0 } })
    const [refused] = await made.side.create([{ token: newToken(), desired }])
    expect(refused).toMatchObject({ kind: 'refused' })
    expect(titles(made)).toEqual([])
    faults.add({ operation: 'CreateAttachment', times: 1, effect: { kind: 'itemError', code, index: 0 } })
    faults.add({ operation: 'DeleteItem', times: 1, effect: { kind: 'cut', when: 'before' } })
    const left = newToken()
    expect((await made.side.create([{ token: left, desired }]))[0]?.kind).toBe('unknown')
    expect(await made.side.findByToken(left)).toBeNull()
    faults.add({ operation: 'CreateAttachment', times: 1, effect: { kind: 'cut', when: 'before' } })
    const token = newToken()
    const [unknown] = await made.side.create([{ token, desired }])
    expect(unknown?.kind).toBe('unknown')
    expect(titles(made)).toEqual(['Erika Mustermann'])
    expect(await made.side.findByToken(token)).toBeNull()
    expect(titles(made)).toEqual([])
  })

  it('says unreadable, not without photo, when a photo cannot be had (I10)', async () => {
    const made = await fixture()
    const first = await make(made.side, sampleContact('photo@example.test', { photo: photo(PIXEL) }))
    const other = await make(made.side, sampleContact('other@example.test'))
    const effect = { kind: 'itemError', code: 'ErrorItemCorrupt', index: 0 } as const
    made.simulator.faults.add({ operation: 'GetAttachment', times: 1, effect })
    const [one, two] = await made.side.read([first.id, other.id] as ItemId[])
    expect(one).toMatchObject({ kind: 'unreadable', error: { fields: { reason: 'photo' } } })
    expect(two?.kind).toBe('present')
  })

  it('fetches the photos of 45 contacts in three requests', async () => {
    const made = await fixture()
    const ids = Array.from({ length: 45 }, (_, n) => {
      const id = made.outlook.addItem('Contact', { values: { DisplayName: `${n}` } })
      made.outlook.attach(id, { name: 'p.jpg', content: Buffer.from(PIXEL, 'base64'), isContactPhoto: true })
      return id as ItemId
    })
    const results = await made.side.read(ids)
    expect(results.every((one) => one.kind === 'present' && cardOf(one.item.model).kind === 'contact')).toBe(true)
    expect(made.simulator.requests.count('GetAttachment')).toBe(3)
  })

  it('files a contact by its name when nobody said how, and leaves that to Exchange', async () => {
    const made = await fixture()
    const first = await make(made.side, sampleContact('filed@example.test'))
    expect(made.outlook.get(first.id)?.fields.other?.FileAs?.text).toBe('Mustermann, Erika')
    expect(first.model).toMatchObject({ fileAs: '' })
    const said = await change<Contact>(made.side, first, { fileAs: 'The boss' })
    expect(made.outlook.get(first.id)?.fields.other?.FileAs?.text).toBe('The boss')
    const unsaid = await change<Contact>(made.side, said.item, { fileAs: '' })
    expect(unsaid.item.model).toMatchObject({ fileAs: '' })
    expect(made.outlook.get(first.id)?.fields.other?.FileAs?.text).toBe('Mustermann, Erika')
  })

  it('finds the folders of contacts, but not those that the server keeps for itself', async () => {
    const { client, outlook } = await fixture()
    outlook.addFolder('Club', 'ContactsFolder', 'contacts')
    const folder = outlook.mailbox.addFolder(outlook.mailbox.distinguished('contacts').serial, {
      name: 'Recipient Cache',
      kind: 'ContactsFolder',
      folderClass: 'IPF.Contact.RecipientCache',
    })
    expect(folder.kind).toBe('ContactsFolder')
    await createFolderOfKind(client, MAILBOX, { kind: 'contacts', name: 'Book' })
    const names = (await listFolders(client, MAILBOX, 'contacts')).map(({ name }) => name)
    expect(names).toEqual(['Contacts', 'Book', 'Club'])
  })
})

describe('distribution lists on Exchange', () => {
  const open: SingleFixture[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })

  it('adds and removes members, and keeps those that the model does not know', async () => {
    const made = await singleFixture('contacts')
    open.push(made)
    const text = (name: string, value: string) => makeNode(name, value)
    const member = (...children: ReturnType<typeof text>[]) => ({
      ...makeNode('Member'),
      children: [{ ...makeNode('Mailbox'), children }],
    })
    const members = [
      member(text('Name', 'Ada Boss'), text('EmailAddress', 'ada@example.test'), text('RoutingType', 'SMTP')),
      member(text('Name', 'A list'), text('EmailAddress', '/o=Example/cn=list'), text('RoutingType', 'EX')),
    ]
    const id = made.outlook.addItem('DistributionList', {
      values: { DisplayName: 'Team' },
      fields: { other: { Members: { ...makeNode('Members'), children: members } } },
    })
    const first = await look(made.side, id)
    expect(first.model).toMatchObject({
      title: 'Team',
      members: [{ email: 'ada@example.test', name: 'Ada Boss', uid: null }],
    })
    const wanted = [{ email: 'kim@example.test', name: 'Kim', uid: null }]
    const second = await change<Group>(made.side, first, { members: wanted, title: 'The team' })
    expect(second.item.model).toMatchObject({ title: 'The team', members: wanted })
    const kept = made.outlook
      .get(id)
      ?.fields.other?.Members?.children.map(
        ({ children }) => children[0]?.children.find(({ name }) => name === 'EmailAddress')?.text,
      )
    expect(kept).toEqual(['/o=Example/cn=list', 'kim@example.test'])
    const third = await change<Group>(made.side, second.item, { members: [] })
    expect(third.item.model).toMatchObject({ members: [] })
  })

  it('refuses to turn a contact into a list', async () => {
    const made = await singleFixture('contacts')
    open.push(made)
    const current = await make(made.side, sampleContact('one@example.test'))
    const [outcome] = await made.side.update([{ current, desired: sampleGroup('one@example.test'), changed: ['kind'] }])
    expect(outcome).toMatchObject({ kind: 'refused', error: { code: 'item.not-representable' } })
  })
})
