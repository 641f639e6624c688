/** The app's translations: a text that nobody translated shows up as English in the middle of a German page. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTranslations, textsOf } from '../../scripts/app/l10n.ts'

const root = join(import.meta.dirname, '../..')
const { texts, unreadable } = textsOf(root)
const { translations } = readTranslations(root)

const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()

describe('the German texts of the app', () => {
  it('translate every text of the pages and of the PHP code', () => {
    expect([...texts.keys()].filter((text) => !translations[text])).toEqual([])
  })

  it('translate nothing that no code says any more', () => {
    expect(Object.keys(translations).filter((text) => !texts.has(text))).toEqual([])
  })

  it('keep the values that are put in', () => {
    const wrong = Object.entries(translations).filter(
      ([english, german]) => String(placeholders(english)) !== String(placeholders(german)),
    )
    expect(wrong).toEqual([])
  })

  it('address nobody, so that one text serves both ways of address', () => {
    // At the beginning of a sentence "Sie" may also be "it".
    const direct = /\b(?:du|dein\w*|dich|dir|Ihr\w*|Ihnen)\b|(?<!^|[.:] )\bSie\b/
    const wrong = Object.values(translations).filter((german) => direct.test(german))
    expect(wrong).toEqual([])
  })

  it('are found because every text is a literal', () => {
    expect(unreadable).toEqual([])
  })
})
