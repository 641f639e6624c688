/** Company, department, job (RFC 6350 section 6.6). ORG is patched part by part; the office has no property of its own and borrows Evolution's. */
import type { Organisation } from '../../model/contact.ts'
import { type Card, cardLineOf } from './card.ts'
import { labelOfPart, partsOf, patchLabel, patchParts, patchStructured, readLabel } from './text.ts'

const OFFICE = ['X-EVOLUTION-OFFICE', 'X-KADDRESSBOOK-X-OFFICE', 'X-MS-OFFICE'] as const

export function readOrganisation(card: Card): Organisation {
  const [company, ...units] = partsOf(cardLineOf(card, 'ORG')?.value ?? '').map(labelOfPart)
  return {
    company: company ?? '',
    department: units.filter((unit) => unit !== '').join('; '),
    title: readLabel(card, 'TITLE'),
    profession: readLabel(card, 'ROLE'),
    office: readLabel(card, ...OFFICE),
  }
}

/** Units below the department stay unless the department itself changes. */
export function patchOrganisation(card: Card, wanted: Organisation): void {
  const current = readOrganisation(card)
  if (current.company !== wanted.company || current.department !== wanted.department) {
    patchStructured(card, 'ORG', (value) => {
      const kept = current.department === wanted.department ? value : (partsOf(value)[0] ?? '')
      const parts =
        current.department === wanted.department ? { 0: wanted.company } : { 0: wanted.company, 1: wanted.department }
      return patchParts(kept, parts, { read: labelOfPart, least: 1 })
    })
  }
  patchLabel(card, wanted.title, 'TITLE')
  patchLabel(card, wanted.profession, 'ROLE')
  patchLabel(card, wanted.office, ...OFFICE)
}
