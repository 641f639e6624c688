/** The laws of the vCard lens (I19) on generated contacts and groups: what is written reads back as fitted, and nothing else moves. */
import fc from 'fast-check'
import { parse } from 'vcard4'
import { describe, expect, it } from 'vitest'
import { fitContact } from '../../src/mapping/vcard/fit-contact.ts'
import { readContact } from '../../src/mapping/vcard/read-contact.ts'
import { writeContact } from '../../src/mapping/vcard/write-contact.ts'
import type { Contact, Group } from '../../src/model/contact.ts'
import { sloppyCard } from './arbitrary-contact.ts'

const now = { nowMs: Date.UTC(2026, 0, 2, 3, 4, 5) }
const later = { nowMs: now.nowMs + 3_600_000 }
const runs = { numRuns: Number(process.env.LENS_RUNS ?? 1000) }
const version = fc.constantFrom('3.0' as const, '4.0' as const)
const fitted = (card: Contact | Group) => fitContact(card).item
/** A pair of one kind: a person never becomes a group. */
const pair = fc.tuple(sloppyCard, sloppyCard).filter(([one, other]) => one.kind === other.kind)

/** vcard4 does not read quoted parameters as RFC 6350 section 3.3 has them (`=`, or a comma and a semicolon inside): names without these. */
function forVcard4(model: Contact | Group): Contact | Group {
  const plain = (text: string) => text.replace(/[;,:=^\\"]/g, ' ')
  if (model.kind === 'group')
    return { ...model, members: model.members.map((member) => ({ ...member, name: plain(member.name) })) }
  return { ...model, emails: model.emails.map((email) => ({ ...email, display: plain(email.display) })) }
}

describe('I19: the vCard lens', () => {
  it('reads what it wrote as the fitted contact', () => {
    fc.assert(
      fc.property(sloppyCard, version, (model, version) => {
        const { text, losses } = writeContact(null, model, { ...now, version })
        expect(readContact(text).contact).toEqual(fitted(model))
        expect(readContact(text).problems).toEqual([])
        expect(losses.filter((loss) => loss.detail === 'reads back differently')).toEqual([])
      }),
      runs,
    )
  })

  it('reads the fitted contact after patching any other contact into it', () => {
    fc.assert(
      fc.property(pair, version, ([first, second], version) => {
        const native = writeContact(null, first, { ...now, version }).text
        const { text } = writeContact(native, second, later)
        expect(readContact(text).contact).toEqual(fitted(second))
      }),
      runs,
    )
  })

  it('gives the native text back when nothing changed', () => {
    fc.assert(
      fc.property(sloppyCard, version, (model, version) => {
        const native = writeContact(null, model, { ...now, version }).text
        expect(writeContact(native, readContact(native).contact, later).text).toBe(native)
        expect(writeContact(native, model, later).text).toBe(native)
      }),
      runs,
    )
  })

  // Found by the law above: brackets around something that is no address were taken for Kolab's way to say a name.
  it.each(['< >', '<!>'])('does not add the member %s of a group once more with every write', (email) => {
    const member = { email, name: '', uid: null }
    const model: Group = {
      kind: 'group',
      uid: 'group-1',
      title: 'Team',
      members: [member],
      note: '',
      categories: [],
      sensitivity: 'normal',
    }
    const native = writeContact(null, model, { ...now, version: '3.0' }).text
    expect(writeContact(native, model, later).text).toBe(native)
  })

  it('fits once: the fitted contact fits as it is', () => {
    fc.assert(
      fc.property(sloppyCard, (model) => {
        const once = fitted(model)
        expect(fitContact(once)).toEqual({ kind: 'fits', item: once, losses: [] })
      }),
      runs,
    )
  })

  it('writes lines of at most 75 octets that an independent parser of 4.0 understands', () => {
    fc.assert(
      fc.property(sloppyCard, (model) => {
        const { text } = writeContact(null, forVcard4(model), { ...now, version: '4.0' })
        for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
        parse(text)
      }),
      runs,
    )
  })
})
