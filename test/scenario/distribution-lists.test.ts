/** Groups of cards and distribution lists: members that a card names by another card are listed on Exchange by their address. */
import { afterEach, describe, expect, it } from 'vitest'
import { makeNode } from '../simulators/exchange/xml.ts'
import { linesOf } from './items.ts'
import { only, Stage } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())

const book = () => stage.world.nextcloud.user('alice').addressBook('contacts')
const card = (uid: string, ...lines: string[]) =>
  ['BEGIN:VCARD', 'VERSION:4.0', `UID:${uid}`, ...lines, 'END:VCARD', ''].join('\r\n')
const group = (...members: string[]) => card('board', 'KIND:group', 'FN:Board', ...members)

function list() {
  return only(
    stage
      .mailbox()
      .list('contacts')
      .filter(({ kind }) => kind === 'DistributionList'),
    'lists',
  )
}

function addresses(): string[] {
  const members = list().fields.other?.Members?.children ?? []
  const textOf = (node: (typeof members)[number], name: string): string =>
    node.name === name ? node.text : node.children.map((child) => textOf(child, name)).join('')
  return members.map((member) => textOf(member, 'EmailAddress')).sort()
}

async function settled(...members: string[]): Promise<void> {
  stage = await Stage.open({ env: { Service__SyncMode: '2' } })
  book().put('clara.vcf', card('clara', 'FN:Clara', 'EMAIL:Clara@example.org'))
  book().put('dora.vcf', card('urn:uuid:dora', 'FN:Dora', 'EMAIL:dora@example.org'))
  book().put('emil.vcf', card('emil', 'FN:Emil'))
  book().put('board.vcf', group(...members))
  await stage.settle()
}

const MEMBERS = ['MEMBER:urn:uuid:clara', 'MEMBER:urn:uuid:dora', 'MEMBER:urn:uuid:emil', 'MEMBER:mailto:x@example.org']

describe('a group of cards', () => {
  it('lists the addresses of the cards that it names; those without one stay on the card', async () => {
    await settled(...MEMBERS)
    expect(addresses()).toEqual(['clara@example.org', 'dora@example.org', 'x@example.org'])
    stage.takeWrites()
    await stage.settle()
    expect(stage.takeWrites()).toEqual([])
  })

  it('knows them in a later pass, when nothing but the group is read', async () => {
    await settled('MEMBER:urn:uuid:clara')
    book().put('board.vcf', group(...MEMBERS))
    await stage.restart()
    await stage.settle()
    expect(addresses()).toEqual(['clara@example.org', 'dora@example.org', 'x@example.org'])
  })

  it('keeps its links when Exchange changes the list', async () => {
    await settled(...MEMBERS)
    const mailbox = (email: string) =>
      makeNode('Member', '', [
        makeNode('Mailbox', '', [makeNode('EmailAddress', email), makeNode('RoutingType', 'SMTP')]),
      ])
    const members = ['clara@example.org', 'dora@example.org', 'new@example.org'].map(mailbox)
    stage.mailbox().editItem(list().id, { fields: { other: { Members: makeNode('Members', '', members) } } })
    await stage.settle()
    const lines = linesOf(book().get('board.vcf')?.text ?? '').filter((line) => line.startsWith('MEMBER'))
    expect(lines.sort()).toEqual([
      'MEMBER:mailto:new@example.org',
      'MEMBER:urn:uuid:clara',
      'MEMBER:urn:uuid:dora',
      'MEMBER:urn:uuid:emil',
    ])
  })
})
