/** What other programs write into vCards, and what survives when one thing of it changes (SRV-5). */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitContact } from '../../src/mapping/vcard/fit-contact.ts'
import { readContact } from '../../src/mapping/vcard/read-contact.ts'
import { writeContact } from '../../src/mapping/vcard/write-contact.ts'
import type { Contact, Group } from '../../src/model/contact.ts'
import { photoOf } from '../../src/model/photo.ts'
import { sloppyContact } from './arbitrary-contact.ts'

const now = { nowMs: Date.UTC(2026, 0, 2, 3, 4, 5) }
const card = (version: '3.0' | '4.0', ...lines: string[]) =>
  `${['BEGIN:VCARD', `VERSION:${version}`, 'UID:card-1', 'FN:Erika', ...lines, 'END:VCARD'].join('\r\n')}\r\n`

function person(text: string): Contact {
  const { contact } = readContact(text)
  if (contact.kind !== 'contact') throw new Error('a group')
  return contact
}

function group(text: string): Group {
  const { contact } = readContact(text)
  if (contact.kind !== 'group') throw new Error('no group')
  return contact
}

const change = (text: string, changes: Partial<Contact>) =>
  writeContact(text, { ...person(text), ...changes }, now).text
/** Lines that are in one text and not in the other, without REV. */
const difference = (one: string, other: string) => {
  const lines = (text: string) => text.split('\r\n').filter((line) => !line.startsWith('REV'))
  return {
    gone: lines(one).filter((line) => !lines(other).includes(line)),
    come: lines(other).filter((line) => !lines(one).includes(line)),
  }
}

describe('telephone numbers', () => {
  it.each([
    ['TEL;TYPE=HOME,VOICE:1', 'HomePhone'],
    ['TEL;TYPE=home;TYPE=voice:1', 'HomePhone'],
    ['TEL;TYPE="voice,home":1', 'HomePhone'],
    ['TEL;HOME;VOICE:1', 'HomePhone'],
    ['TEL;VALUE=uri;TYPE="voice,home":tel:1', 'HomePhone'],
    ['TEL;TYPE=work:1', 'BusinessPhone'],
    ['TEL;TYPE=CELL,WORK:1', 'MobilePhone'],
    ['TEL;type=CELL;type=VOICE;type=pref:1', 'MobilePhone'],
    ['TEL;TYPE=FAX,WORK:1', 'BusinessFax'],
    ['TEL;TYPE=home,fax:1', 'HomeFax'],
    ['TEL;TYPE=FAX:1', 'OtherFax'],
    ['TEL;TYPE=PAGER:1', 'Pager'],
    ['TEL;TYPE=CAR:1', 'CarPhone'],
    ['TEL;TYPE=ISDN:1', 'Isdn'],
    ['TEL;TYPE=textphone:1', 'TtyTddPhone'],
    ['TEL;TYPE=WORK,X-EVOLUTION-CALLBACK:1', 'Callback'],
    ['TEL;TYPE=X-EVOLUTION-ASSISTANT:1', 'AssistantPhone'],
    ['TEL;TYPE=WORK,X-EVOLUTION-COMPANY:1', 'CompanyMainPhone'],
    ['TEL;TYPE=X-EVOLUTION-RADIO:1', 'RadioPhone'],
    ['TEL;TYPE=X-EVOLUTION-TELEX:1', 'Telex'],
    ['TEL;TYPE=PREF:1', 'PrimaryPhone'],
    ['TEL:1', 'OtherTelephone'],
    ['TEL;TYPE=VOICE:1', 'OtherTelephone'],
    ['TEL;TYPE=OTHER:1', 'OtherTelephone'],
  ])('%s is %s, and stays as it is written', (line, slot) => {
    const text = card('3.0', line)
    expect(person(text).phones).toEqual({ [slot]: '1' })
    const edited = change(text, { note: 'x' })
    expect(difference(text, edited)).toEqual({ gone: [], come: ['NOTE:x'] })
    const dialled = change(text, { phones: { [slot]: '+49 30 2' } })
    expect(difference(text, dialled).come).toHaveLength(1)
    expect(person(dialled).phones).toEqual({ [slot]: '+49 30 2' })
  })

  it('understands the labels of Apple', () => {
    const text = card('3.0', 'item1.TEL:1', 'item1.X-ABLabel:_$!<HomeFAX>!$_', 'item2.TEL:2', 'item2.X-ABLabel:iPhone')
    expect(person(text).phones).toEqual({ HomeFax: '1', MobilePhone: '2' })
    const without = change(text, { phones: { MobilePhone: '2' } })
    expect(difference(text, without).gone).toEqual(['item1.TEL:1', 'item1.X-ABLabel:_$!<HomeFAX>!$_'])
  })

  it('beyond the slots stay where they are, also when a slot becomes free', () => {
    const numbers = ['TEL;TYPE=WORK:1', 'TEL;TYPE=WORK:2', 'TEL;TYPE=WORK:3', 'TEL;TYPE=CELL:4', 'TEL;TYPE=CELL:5']
    const text = card('3.0', ...numbers, 'TEL;TYPE=VOICE:6')
    const { contact, problems } = readContact(text)
    expect(contact).toMatchObject({ phones: { BusinessPhone: '1', BusinessPhone2: '2', MobilePhone: '4' } })
    expect(problems).toEqual([{ path: 'TEL', reason: 'too-many', detail: '2 more than Exchange has places' }])
    const without = change(text, { phones: { BusinessPhone2: '2', OtherTelephone: '6' } })
    expect(person(without).phones).toEqual({ BusinessPhone2: '2', OtherTelephone: '6' })
    for (const kept of [':2', ':3', ':5']) expect(without).toContain(kept)
    expect(without).not.toContain(':1\r\n')
  })
})

describe('e-mail addresses', () => {
  const text = card('3.0', 'EMAIL;TYPE=INTERNET:a@x', 'EMAIL:b@x', 'EMAIL;TYPE=WORK;X-Y=1:c@x', 'EMAIL:d@x')
  it('fill three slots in their order; a fourth survives every edit', () => {
    const { contact, problems } = readContact(text)
    expect(contact).toMatchObject({ emails: [{ slot: 1, address: 'a@x' }, { slot: 2 }, { slot: 3, address: 'c@x' }] })
    expect(problems).toEqual([{ path: 'EMAIL', reason: 'too-many', detail: '1 more than Exchange has places' }])
    const removed = change(text, { emails: [{ slot: 1, address: 'a@x', display: '' }] })
    expect(person(removed).emails).toEqual([{ slot: 1, address: 'a@x', display: '' }])
    expect(removed).toMatch(/EMAIL;.*:d@x/)
    const added = change(removed, { emails: [{ slot: 3, address: 'new@x', display: 'New' }] })
    expect(person(added).emails).toEqual([{ slot: 3, address: 'new@x', display: 'New' }])
    expect(added).toMatch(/EMAIL;.*:d@x/)
  })

  it('one that a person adds beside marked ones takes a free slot', () => {
    const gap = change(card('3.0'), { emails: [{ slot: 2, address: 'b@x', display: '' }] })
    expect(gap).toContain('EMAIL;X-EXC-SLOT=2:b@x')
    const added = gap.replace('END:VCARD', 'EMAIL:new@x\r\nEND:VCARD')
    expect(person(added).emails.map(({ slot, address }) => [slot, address])).toEqual([
      [1, 'new@x'],
      [2, 'b@x'],
    ])
  })
})

describe('photos', () => {
  const png = 'iVBORw0KGgoAAAANSUhEUg=='
  it.each([
    ['inline, of 3.0', '3.0', `PHOTO;ENCODING=b;TYPE=PNG:${png}`],
    ['inline, spelled as in 2.1', '3.0', `PHOTO;TYPE=PNG;ENCODING=BASE64:${png}`],
    ['a data: URI', '4.0', `PHOTO:data:image/png;base64,${png}`],
    ['as Sabre writes it', '4.0', `PHOTO;VALUE=URI:data:image/png;base64\\,${png}`],
    ['in a 3.0 card as a data: URI', '3.0', `PHOTO;VALUE=uri:data:image/png;base64,${png}`],
  ] as const)('%s', (_, version, line) => {
    const text = card(version, line)
    expect(person(text).photo).toEqual(photoOf(png))
    expect(person(text).photo?.mediaType).toBe('image/png')
    expect(difference(text, change(text, { note: 'x' })).gone).toEqual([])
    expect(difference(text, change(text, { photo: null })).gone).toEqual([line])
    const other = photoOf('/9j/4AAQSkZJRg==')
    expect(person(change(text, { photo: other })).photo).toEqual(other)
  })

  it('SRV-5: a link is no content, stays, and is named', () => {
    const text = card('3.0', 'PHOTO;VALUE=URI:https://example.org/erika.jpg')
    expect(person(text).photo).toBeNull()
    expect(readContact(text).problems).toEqual([{ path: 'PHOTO', reason: 'value-not-held', detail: 'a link' }])
    expect(change(text, { note: 'x' })).toContain('PHOTO;VALUE=URI:https://example.org/erika.jpg\r\n')
  })

  it('whose content is not at hand is left alone, never written empty', () => {
    const text = card('3.0', `PHOTO;ENCODING=b;TYPE=PNG:${png}`)
    const { photo } = person(text)
    if (!photo) throw new Error('no photo')
    expect(change(text, { note: 'x', photo: { ...photo, base64: null } })).toContain(png)
    expect(() => change(text, { photo: { ...photo, hash: 'other', base64: null } })).toThrow('bug')
  })

  it('too large for Nextcloud is named and not written', () => {
    const photo = photoOf(Buffer.alloc(3_600_000, 1).toString('base64'))
    const fit = fitContact({ ...person(card('3.0')), photo })
    expect(fit.item).toMatchObject({ photo: null })
    expect(fit.losses).toEqual([{ path: 'photo', reason: 'too-long', detail: '3600000 bytes' }])
  })
})

describe('dates', () => {
  it.each([
    ['BDAY:1996-04-15', '1996-04-15'],
    ['BDAY:19960415', '1996-04-15'],
    ['BDAY;VALUE=date:1904-04-15', '1904-04-15'],
    ['BDAY:1953-10-15T23:10:00Z', '1953-10-15'],
    ['BDAY;VALUE=date-and-or-time:19531015T000000', '1953-10-15'],
    ['BDAY:--0415', null],
    ['BDAY;X-APPLE-OMIT-YEAR=1604:1604-05-15', null],
    ['BDAY;VALUE=text:circa 1800', null],
    ['BDAY:1996-02-30', null],
  ])('TIM-5: %s is %s', (line, date) => {
    const text = card('4.0', line)
    expect(person(text).birthday).toBe(date)
    expect(difference(text, change(text, { note: 'x' })).gone).toEqual([])
    expect(readContact(text).problems.length).toBe(date === null ? 1 : 0)
    expect(person(change(text, { birthday: '2001-02-03' })).birthday).toBe('2001-02-03')
  })

  it.each([
    'ANNIVERSARY:20010203',
    'X-EVOLUTION-ANNIVERSARY:2001-02-03',
    'X-MS-ANNIVERSARY;VALUE=DATE:20010203',
    'item1.X-ABDATE;type=pref:2001-02-03\r\nitem1.X-ABLabel:_$!<Anniversary>!$_',
  ])('knows the anniversary of %s', (line) => {
    const text = card('3.0', line)
    expect(person(text).anniversary).toBe('2001-02-03')
    const moved = change(text, { anniversary: '2001-02-04' })
    expect(person(moved).anniversary).toBe('2001-02-04')
    expect(difference(text, moved).gone).toHaveLength(1)
    expect(change(text, { anniversary: null })).not.toMatch(/2001|ABLabel/)
  })
})

describe('groups', () => {
  it('are read in the forms of 4.0, of Apple and of Kolab', () => {
    const standard = card('4.0', 'KIND:group', 'MEMBER:urn:uuid:b', 'MEMBER;X-CN=Anna:mailto:Anna@Example.org')
    const members = [
      { email: 'anna@example.org', name: 'Anna', uid: null },
      { email: '', name: '', uid: 'b' },
    ]
    expect(group(standard)).toMatchObject({ title: 'Erika', members })
    const apple = card('3.0', 'X-ADDRESSBOOKSERVER-KIND:group', 'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:b')
    expect(group(apple).members).toEqual([members[1]])
    const kolab = card('4.0', 'KIND:group', 'MEMBER:mailto:%22Anna%20B%22%20%3Canna%40example.org%3E')
    expect(group(kolab).members).toEqual([{ email: 'anna@example.org', name: 'Anna B', uid: null }])
  })

  it('keep members that are no address and no card', () => {
    const text = card('4.0', 'KIND:group', 'MEMBER:https://example.org/group', 'MEMBER:mailto:a@x')
    expect(readContact(text).problems).toEqual([
      { path: 'MEMBER', reason: 'value-not-held', detail: '1 neither address nor contact' },
    ])
    const emptied = writeContact(text, { ...group(text), members: [] }, now).text
    expect(difference(text, emptied)).toEqual({ gone: ['MEMBER:mailto:a@x'], come: [] })
  })

  it('never become persons', () => {
    const text = card('4.0', 'KIND:group')
    expect(() => writeContact(text, person(card('3.0')), now)).toThrow('item.not-representable')
  })
})

describe('relations, addresses, chat', () => {
  it.each([
    ['X-EVOLUTION-SPOUSE:Max', 'spouse'],
    ['RELATED;TYPE=spouse;VALUE=text:Max', 'spouse'],
    ['item1.X-ABRELATEDNAMES:Max\r\nitem1.X-ABLabel:_$!<Spouse>!$_', 'spouse'],
    ['X-MANAGERSNAME:Max', 'manager'],
    ['X-EVOLUTION-MANAGER:Max', 'manager'],
    ['X-EVOLUTION-ASSISTANT:Max', 'assistant'],
  ] as const)('%s is the %s', (line, relation) => {
    const text = card('3.0', line)
    const { relations } = person(text)
    expect(relations).toMatchObject({ [relation]: 'Max' })
    const renamed = change(text, { relations: { ...relations, [relation]: 'Moritz' } })
    expect(renamed).toContain(line.replace('Max', 'Moritz'))
  })

  it('a relation that is a card of the address book stays a link', () => {
    const text = card('4.0', 'RELATED;TYPE=spouse:urn:uuid:b')
    const { relations } = person(text)
    expect(relations.spouse).toBe('')
    expect(change(text, { relations: { ...relations, spouse: 'Max' } })).toContain('RELATED;TYPE=spouse:urn:uuid:b\r\n')
  })

  it('P.O. box and building are lines of the street; only a changed street flattens them', () => {
    const text = card('3.0', 'ADR;TYPE=WORK;LABEL="x":PF 12;Haus B;Ring 1;Bonn;;53111;DE')
    const business = { street: 'PF 12\nHaus B\nRing 1', city: 'Bonn', state: '', postalCode: '53111', country: 'DE' }
    expect(person(text).addresses).toEqual({ business })
    expect(change(text, { addresses: { business: { ...business, city: 'Köln' } } })).toContain(
      'ADR;TYPE=WORK:PF 12;Haus B;Ring 1;Köln;;53111;DE',
    )
    expect(change(text, { addresses: { business: { ...business, street: 'Ring 2' } } })).toContain(
      'ADR;TYPE=WORK:;;Ring 2;Bonn;;53111;DE',
    )
  })

  it('the preferred address is the one for letters', () => {
    const text = card('3.0', 'ADR;TYPE=HOME:;;A;;;;', 'ADR;TYPE=WORK,pref:;;B;;;;')
    expect(person(text).mailingAddress).toBe('business')
    const moved = change(text, { mailingAddress: 'home' })
    expect(moved).toContain('ADR;TYPE=HOME;TYPE=PREF:;;A;;;;')
    expect(moved).toContain('ADR;TYPE=WORK:;;B;;;;')
  })

  it('chat addresses of all spellings have their protocol', () => {
    const text = card('3.0', 'X-JABBER:a@x', 'IMPP;X-SERVICE-TYPE=Skype:skype:erika', 'X-ICQ:1')
    expect(person(text).ims.map(({ address }) => address)).toEqual(['xmpp:a@x', 'skype:erika', 'icq:1'])
    expect(change(text, { ims: [{ slot: 1, address: 'xmpp:b@x' }] })).toContain('X-JABBER:b@x\r\n')
  })

  it('units below the department stay when the company changes', () => {
    const text = card('3.0', 'ORG:IBM;Accounting;Dungeon')
    const { organisation } = person(text)
    expect(organisation).toMatchObject({ company: 'IBM', department: 'Accounting; Dungeon' })
    expect(change(text, { organisation: { ...organisation, company: 'HAL' } })).toContain('ORG:HAL;Accounting;Dungeon')
    expect(change(text, { organisation: { ...organisation, department: 'Sales' } })).toContain('ORG:IBM;Sales\r\n')
  })
})

describe('SRV-5: what the model does not know', () => {
  const strange = [
    'item1.X-ABADR:us',
    'GEO:46.772673;-71.282945',
    'X-CUSTOM;X-P="a;b":value\\, with\\nescapes',
    'KEY;ENCODING=b:AAAA',
    'LOGO;VALUE=URI:https://example.org/logo.png',
    'LABEL;TYPE=HOME:Ring 1\\nBonn',
    'NOTE:first',
    'NOTE:second',
    'TITLE:One',
    'TITLE:Two',
    'X-WITHOUT-COLON',
    'EMAIL;TYPE=x:1@x',
    'EMAIL:2@x',
    'EMAIL:3@x',
    'EMAIL:4@x',
    'SOUND;',
  ]
  it('survives any edit, in its place and spelling', () => {
    const text = card('3.0', ...strange)
    fc.assert(
      fc.property(sloppyContact, (contact) => {
        const wanted = { ...contact, uid: 'card-1' }
        const { text: written, losses } = writeContact(text, wanted, now)
        expect(readContact(written).contact).toEqual(fitContact(wanted).item)
        expect(losses.filter((loss) => loss.detail === 'reads back differently')).toEqual([])
        for (const line of strange.filter((one) => !/^(EMAIL|NOTE|TITLE:One)/.test(one) && one !== 'TITLE:Two'))
          expect(written).toContain(`${line}\r\n`)
        expect(written).toMatch(/EMAIL;?.*:4@x/)
      }),
      { numRuns: 500 },
    )
  })
})

describe('cards that cannot be read', () => {
  it.each([
    ['BEGIN:VCARD\r\nVERSION:2.1\r\nUID:1\r\nEND:VCARD\r\n', 'version-not-supported'],
    [card('3.0', 'NOTE;ENCODING=QUOTED-PRINTABLE:a=20b'), 'quoted-printable'],
    [card('3.0').replace('UID:card-1\r\n', ''), 'no-uid'],
    [card('3.0') + card('3.0'), 'several-cards'],
    [card('3.0').replace('END:VCARD\r\n', ''), 'truncated'],
    ['BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n', 'not-vcard'],
    ['', 'not-vcard'],
    [card('3.0', 'BEGIN:VCARD', 'END:VCARD'), 'nesting'],
  ])('%# are named: %s', (text, reason) => {
    expect(() => readContact(text)).toThrow(
      expect.objectContaining({ code: 'item.unreadable', fields: expect.objectContaining({ reason }) }),
    )
  })

  it('a mutated card is read or refused by name', () => {
    const base = card('3.0', 'TEL;TYPE=HOME:1', 'N:a;b;c;d;e', 'PHOTO;ENCODING=b:AAAA', 'ADR:;;;;;;', 'IMPP:x:%zz')
    fc.assert(
      fc.property(fc.nat(base.length), fc.nat(12), fc.string({ unit: 'binary', maxLength: 6 }), (at, cut, put) => {
        const text = base.slice(0, at) + put + base.slice(at + cut)
        try {
          const { contact } = readContact(text)
          expect(writeContact(text, contact, now).text).toBe(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'item.unreadable' })
        }
      }),
      { numRuns: 3000 },
    )
  })
})
