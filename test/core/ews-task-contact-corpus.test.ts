/** Real cards on their way to Exchange and back: what does not come back is named (P7), and a second trip changes nothing. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fitContact } from '../../src/mapping/ews/contact-fit.ts'
import { contactElements } from '../../src/mapping/ews/contact-write.ts'
import { readSingleItem } from '../../src/mapping/ews/single-item.ts'
import { readContact } from '../../src/mapping/vcard/read-contact.ts'
import type { Contact } from '../../src/model/contact.ts'
import { differingPaths, flatten } from '../../src/model/flat.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import { CONTEXT } from './ews-renderer.ts'
import { created } from './ews-task-contact-server.ts'

const folder = new URL('../../../shared/corpus/vcard/', import.meta.url)

function contactsOf(text: string): Contact[] {
  return [...text.matchAll(/BEGIN:VCARD[\s\S]*?END:VCARD/g)].flatMap(([card], index) => {
    try {
      const { contact } = readContact(/^UID/m.test(card) ? card : card.replace(/(VERSION:.*)/, `$1\nUID:card-${index}`))
      return contact.kind === 'contact' ? [contact] : []
    } catch (error) {
      if (error instanceof ConnectorError) return []
      throw error
    }
  })
}

describe.skipIf(!existsSync(folder))('a real card', () => {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.vcf')) : []
  it.each(files)('of %s comes back from Exchange but for what is named', (name) => {
    for (const contact of contactsOf(readFileSync(new URL(name, folder), 'utf8'))) {
      const fit = fitContact(contact, CONTEXT)
      if (fit.kind !== 'fits') throw new Error('contacts always fit')
      const read = readSingleItem(created('Contact', contactElements(fit.item, 'token')), CONTEXT)
      const named = new Set(fit.losses.map(({ path }) => path))
      const lost = differingPaths(flatten(contact), flatten({ ...read, photo: fit.item.photo } as Contact))
      expect(lost.filter((path) => !named.has(path))).toEqual([])
    }
  })
})

if (!existsSync(folder)) console.info('skipped: the vCard corpus is not beside the project')
