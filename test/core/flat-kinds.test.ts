/** The flat forms of contacts and groups, and back; what a flat photo is. */
import { describe, expect, it } from 'vitest'
import { fitContact } from '../../src/mapping/vcard/fit-contact.ts'
import { applyPatch, differingPaths, flatten, unflatten } from '../../src/model/flat.ts'
import { spanOf } from '../../src/model/span.ts'
import { sloppyCard, sloppyContact } from './arbitrary-contact.ts'
import { holds } from './sync-runs.ts'

describe('the flat form of a contact', () => {
  it('gives the contact or group back, the photo from the sources', () => {
    holds(sloppyCard, (given) => {
      const { item } = fitContact(given)
      expect(unflatten(flatten(item), item.uid, [item])).toEqual(item)
    })
  })

  it('holds the hash of a photo, and nothing of its content', () => {
    holds(sloppyContact, (given) => {
      const flat = flatten(given)
      if (!given.photo?.base64) return
      expect(JSON.stringify(flat.get('photo'))).not.toContain(given.photo.base64)
      expect(unflatten(flat, given.uid)).toMatchObject({ photo: { hash: given.photo.hash, base64: null } })
    })
  })

  it('merges slot by slot', () => {
    holds(sloppyContact, (given) => {
      const one = fitContact({ ...given, phones: { HomePhone: '1', CarPhone: '2' } }).item
      const other = fitContact({ ...given, phones: { HomePhone: '1', CarPhone: '3' } }).item
      expect(differingPaths(flatten(one), flatten(other))).toEqual(['phone:CarPhone'])
      const patched = applyPatch(flatten(one), new Map([['phone:CarPhone', '3']]))
      expect(unflatten(patched, one.uid, [one])).toEqual(other)
    })
  })

  it('has no place in time', () => {
    holds(sloppyCard, (given) => {
      expect(spanOf(given, 'Europe/Berlin')).toEqual({ startMs: null, endMs: null })
    })
  })
})
