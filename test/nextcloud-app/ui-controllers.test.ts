/** Rules of the pages' endpoints that no reader should have to check by hand: who may call them, and what they ask for first. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const controllers = join(import.meta.dirname, '../../nextcloud-app/lib/Controller')
const me = readFileSync(join(controllers, 'UiMeController.php'), 'utf8')
const admin = readFileSync(join(controllers, 'UiAdminController.php'), 'utf8')

/** The attributes and the signature of every public function. */
function actionsOf(source: string): { name: string; attributes: string; verb: string; signature: string }[] {
  const shape = /((?:\t#\[[^\n]+\]\n)*)\tpublic function (\w+)\(([^)]*)\)/g
  return [...source.matchAll(shape)]
    .filter(([, , name]) => name !== '__construct')
    .map(([, attributes = '', name = '', signature = '']) => ({
      name,
      attributes,
      signature,
      verb: attributes.match(/verb: '(\w+)'/)?.[1] ?? '',
    }))
}

describe("the consent page's endpoints", () => {
  it('act for the account that is signed in, and for no other', () => {
    const actions = actionsOf(me)
    expect(actions.length).toBeGreaterThan(5)
    expect(actions.filter(({ signature }) => /\$(?:uid|user|account)/i.test(signature))).toEqual([])
    expect(actions.filter(({ attributes }) => !attributes.includes('NoAdminRequired'))).toEqual([])
  })

  it('change nothing by GET', () => {
    expect(
      actionsOf(me)
        .filter(({ verb }) => verb === 'GET')
        .map(({ name }) => name),
    ).toEqual(['me'])
  })
})

describe("the administration page's endpoints", () => {
  it('are for administrators and those to whom the page is delegated', () => {
    const actions = actionsOf(admin)
    expect(actions.length).toBeGreaterThan(8)
    expect(
      actions.filter(({ attributes }) => !attributes.includes('AuthorizedAdminSetting(settings: Admin::class)')),
    ).toEqual([])
    expect(actions.filter(({ attributes }) => attributes.includes('NoAdminRequired'))).toEqual([])
  })

  it('ask for a fresh password before every change', () => {
    const open = actionsOf(admin).filter(
      ({ verb, attributes }) => verb !== 'GET' && !attributes.includes('#[PasswordConfirmationRequired]'),
    )
    expect(open).toEqual([])
  })
})

it('none of them gives up the protection against forged requests', () => {
  expect(me + admin).not.toMatch(/NoCSRFRequired|PublicPage/)
})
