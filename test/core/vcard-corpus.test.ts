/** Every vCard of the shared corpus through the lens: read or refused by name, and untouched cards stay the same text. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fitContact } from '../../src/mapping/vcard/fit-contact.ts'
import { readContact } from '../../src/mapping/vcard/read-contact.ts'
import { writeContact } from '../../src/mapping/vcard/write-contact.ts'
import { ConnectorError } from '../../src/ports/errors.ts'

const folder = new URL('../../../shared/corpus/vcard/', import.meta.url)
const now = { nowMs: Date.UTC(2026, 0, 1) }

/** Files hold many cards, often without a UID; a server holds one a time, with one. */
function cards(text: string): string[] {
  return [...text.matchAll(/BEGIN:VCARD[\s\S]*?END:VCARD/g)].map((match, index) =>
    /^UID/m.test(match[0]) ? match[0] : match[0].replace(/(VERSION:.*)/, `$1\nUID:card-${index}`),
  )
}

describe.skipIf(!existsSync(folder))('the vCard corpus', () => {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.vcf')) : []
  it.each(files)('%s is read and written, or refused by name', (name) => {
    for (const text of cards(readFileSync(new URL(name, folder), 'utf8'))) {
      try {
        const { contact } = readContact(text)
        expect(writeContact(text, contact, now).text).toBe(text)
        expect(fitContact(contact).item).toEqual(contact)
        const noted = writeContact(text, { ...contact, note: 'Noted' }, now)
        expect(readContact(noted.text).contact).toEqual({ ...contact, note: 'Noted' })
        const lines = (one: string) => one.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)
        const after = new Set(lines(noted.text))
        expect(lines(text).filter((line) => line !== '' && !/^(NOTE|REV)/.test(line) && !after.has(line))).toEqual([])
        for (const version of ['3.0', '4.0'] as const)
          expect(readContact(writeContact(null, contact, { ...now, version }).text).contact).toEqual(contact)
      } catch (error) {
        if (!(error instanceof ConnectorError)) throw error
        expect(error.fields.reason).toBe('version-not-supported')
        expect(text).toContain('VERSION:2.1')
      }
    }
  })
})

if (!existsSync(folder)) console.info('skipped: the vCard corpus is not beside the project')
