/**
 * The two settings pages on a real Nextcloud, in a real browser, used as people use them: set up by an administrator, agreed to, paused, withdrawn.
 * With SCREENSHOTS=1 the pictures of the documentation are made anew.
 */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppUser } from '../../src/nextcloud/app/answers.ts'
import { connectorClient, packedApp } from './app-world.ts'
import { type Login, launch, missingBrowser, openSettings, picture, type SettingsPage, signIn } from './browser.ts'
import { NEXTCLOUD_ADMIN } from './install.ts'
import { type NextcloudServer, nextcloudTree, startNextcloud } from './server.ts'

const given = nextcloudTree()
const reason = given.kind === 'skip' ? given.reason : missingBrowser()
const DAY_S = 86_400

/** Told in one order, because each person's story is: the administrator first, then the others. */
describe.skipIf(reason !== null)(`the settings pages${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let server: NextcloudServer
  let browser: Browser
  let admin: BrowserContext
  let alice: BrowserContext
  let secret = ''
  let servicePassword = ''
  const pictures = picturesFolder()

  beforeAll(async () => {
    if (given.kind === 'skip') return
    server = await startNextcloud({
      tree: given.tree,
      apps: [packedApp()],
      config: { skeletondirectory: '', defaultapp: 'settings' },
    })
    // A command of the server costs seconds on a busy machine: one per person, with the group made along the way.
    for (const name of ['alice', 'bob', 'carol', 'erin']) await addPerson(name, ['--group', 'staff'])
    for (const name of ['dave', 'mallory']) await addPerson(name)
    servicePassword = (await server.addUser('exchange-sync', '')).password
    await server.occ(['user:setting', 'bob', 'core', 'lang', 'de'])
    browser = await launch()
    admin = await enter({ user: NEXTCLOUD_ADMIN.username, password: NEXTCLOUD_ADMIN.password })
    alice = await enter(person('alice'))
  })

  afterAll(async () => {
    await browser?.close()
    await server?.close()
  })

  const person = (user: string) => ({ user, password: `a-Pass-w0rd-of-${user}` })
  const addPerson = (name: string, more: string[] = []) =>
    server.occ(['user:add', '--password-from-env', ...more, name], { OC_PASS: person(name).password })
  const enter = (login: Omit<Login, 'baseUrl'>) => signIn(browser, { baseUrl: server.url.replace(/\/$/, ''), ...login })
  const connector = () =>
    connectorClient({ url: server.url, username: 'exchange-sync', appPassword: servicePassword, sharedSecret: secret })

  async function people(): Promise<AppUser[]> {
    const all: AppUser[] = []
    for await (const page of connector().users()) all.push(...page)
    return all
  }

  /** Opens a page, does something there, and checks that nothing complained and that everybody can use what is shown. */
  async function at<T>(context: BrowserContext, which: SettingsPage, work: (page: Page) => Promise<T>): Promise<T> {
    const { page, messages } = await openSettings(context, which)
    try {
      const result = await work(page)
      expect(await barriers(page)).toEqual([])
      expect(messages.filter(isComplaint)).toEqual([])
      return result
    } finally {
      await page.close()
    }
  }

  const button = (page: Page, name: string | RegExp) =>
    page.getByRole('button', { name, exact: typeof name === 'string' })
  const says = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()
  const shot = (page: Page, name: string) => picture(page, join(pictures, `${name}.png`))

  describe('for the administrator', () => {
    it('say what to do first', () =>
      at(admin, 'admin', async (page) => {
        await says(page, 'Set up the connection below')
        await says(page, 'There is none yet')
      }))

    it('refuse a service account that does not exist, in words, and keep what was typed', () =>
      at(admin, 'admin', async (page) => {
        await page.getByLabel('Service account').fill('nobody-here')
        await button(page, 'Save connection').click()
        await says(page, 'There is no such service account.')
        expect(await page.getByLabel('Service account').inputValue()).toBe('nobody-here')
      }))

    it('show a generated secret once, and never again', async () => {
      const text = await at(admin, 'admin', async (page) => {
        await page.getByLabel('Service account').fill('exchange-sync')
        await button(page, 'Save connection').click()
        await says(page, 'Saved.')
        await button(page, 'Generate a secret').click()
        const shown = await page.getByLabel('The new shared secret').last().inputValue()
        await button(page, 'I have stored it').click()
        await says(page, /Current: [0-9a-f]{8}/)
        return shown
      })
      expect(text).toMatch(/^[A-Za-z0-9_-]{43}$/)
      secret = text
      for (const path of [
        '/index.php/settings/admin/exchange_connector',
        '/ocs/v2.php/apps/exchange_connector/ui/v1/admin/settings',
      ]) {
        const answer = await admin.request.get(path, { headers: { 'OCS-APIRequest': 'true' } })
        expect(answer.status()).toBe(200)
        expect(await answer.text()).not.toContain(secret)
      }
      expect((await connector().ping()).app).toBeTruthy()
    })

    it('rotate the secret: both are accepted until the previous one is ended', async () => {
      const before = connector()
      await at(admin, 'admin', async (page) => {
        await button(page, 'Generate a new secret').click()
        secret = await page.getByLabel('The new shared secret').last().inputValue()
        await shot(page, 'admin-secret')
        await button(page, 'I have stored it').click()
        await says(page, 'Previous, still accepted')
        await before.ping()
        await connector().ping()
        await button(page, 'End the previous secret').click()
        await says(page, 'The previous secret is no longer accepted.')
      })
      await expect(before.ping()).rejects.toThrow()
      await connector().ping()
    })

    it('save who may take part, and read domains as they are compared', () =>
      at(admin, 'admin', async (page) => {
        const domains = page.getByLabel('Allowed domains of mailboxes')
        await domains.fill('corp.test, no domain/')
        await says(page, 'Not a domain: no, domain/')
        expect(await button(page, 'Save rules').isDisabled()).toBe(true)
        await domains.fill('@Corp.Test')
        await page.getByText('The user proves it with a code').click()
        await page.getByLabel('Groups that may take part').fill('sta')
        await page.getByRole('option', { name: 'staff' }).click()
        await page.keyboard.press('Escape')
        await button(page, 'Save rules').click()
        await says(page, 'Saved.')
        await page.reload()
        await openSettings(admin, 'admin').then(async ({ page: again }) => {
          expect(await again.getByLabel('Allowed domains of mailboxes').inputValue()).toBe('corp.test')
          await again.getByText('staff').first().waitFor()
          await again.close()
        })
      }))

    it('show what an import would do before it does anything', () =>
      at(admin, 'admin', async (page) => {
        const lines = [
          'alice,alice@corp.test',
          'bob,bob@corp.test',
          'nobody,nobody@corp.test',
          'dave,dave@other.test',
          'mallory,Alice@corp.test',
        ]
        await page.setInputFiles('input[type=file]', {
          name: 'people.csv',
          mimeType: 'text/csv',
          buffer: Buffer.from(lines.join('\n')),
        })
        await says(page, '2 new, 0 changed, 0 as before, 3 refused')
        await says(page, 'Nothing has been changed yet.')
        await says(page, 'There is no account of this name.')
        await says(page, 'Mailboxes of this domain are not allowed here.')
        await says(page, 'This mailbox already belongs to another account.')
        await says(page, 'Nobody takes part yet.')
        await shot(page, 'admin-import')
        await button(page, 'Take over 2 mailboxes').click()
        await says(page, 'The mailboxes are assigned.')
        await page.locator('tr[data-uid=alice]').waitFor()
        expect(await page.locator('tr[data-uid]').count()).toBe(2)
      }))

    it('are not for others', async () => {
      const answer = await alice.request.get('/ocs/v2.php/apps/exchange_connector/ui/v1/admin/settings', {
        headers: { 'OCS-APIRequest': 'true' },
      })
      expect(answer.status()).toBe(403)
    })
  })

  describe('for a user', () => {
    it('say why somebody cannot take part', async () => {
      const dave = await enter(person('dave'))
      await at(dave, 'user', (page) => says(page, 'Your account does not belong to a group'))
      await dave.close()
    })

    it('cost no further request, and nothing at all on other pages', async () => {
      const page = await alice.newPage()
      const asked: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      await page.goto('/index.php/settings/user/security')
      await page.waitForLoadState('networkidle')
      expect(asked.filter((url) => url.includes('exchange_connector') && !url.includes('/img/'))).toEqual([])
      asked.length = 0
      await page.goto('/index.php/settings/user/exchange_connector')
      await page.waitForLoadState('networkidle')
      expect(asked.filter((url) => url.includes('/ocs/') && url.includes('exchange_connector'))).toEqual([])
      await page.close()
    })

    it('take the consent to what was chosen', async () => {
      await at(alice, 'user', async (page) => {
        await says(page, 'alice@corp.test')
        await says(page, 'Assigned by an administrator.')
        await page.getByLabel('Direction of: My Exchange tasks').selectOption('to-nextcloud')
        await shot(page, 'consent')
        await button(page, 'Agree and turn on').click()
        await says(page, 'Synchronization is on.')
        await says(page, 'The first run has not finished yet.')
      })
      const users = await people()
      expect(users).toMatchObject([{ uid: 'alice', email: 'alice@corp.test', state: 'active' }])
      expect(users[0]?.choices.find(({ kind }) => kind === 'tasks')).toMatchObject({ direction: 'to-nextcloud' })
    })

    it('show how it goes, and restore the other version of a conflict', async () => {
      await connector().status(aliceReport())
      await at(alice, 'user', async (page) => {
        await says(page, 'Most is in step. Some items could not be synchronized.')
        await says(page, 'This item is damaged and cannot be read.')
        await shot(page, 'status')
        await page.getByRole('button', { name: /Restore the other version.*Budget meeting/ }).click()
        await says(page, 'The other version is being restored.')
        await says(page, 'Being restored …')
        await button(page, 'Synchronize now').click()
        await says(page, 'A run was asked for.')
      })
      const { commands } = await connector().commands()
      expect(commands.map(({ kind }) => kind).sort()).toEqual(['restore-conflict', 'sync-now'])
      expect(commands.find(({ kind }) => kind === 'restore-conflict')).toMatchObject({
        uid: 'alice',
        args: { conflictId: '-c1' },
      })
      await connector().ackCommands(commands.map(({ id }) => ({ id, outcome: 'done', message: '' })))
    })

    it('refuse a conflict that is not theirs', async () => {
      const bob = await enter(person('bob'))
      const url = '/ocs/v2.php/apps/exchange_connector/ui/v1/me/conflicts/-c1/restore'
      const answer = await bob.request.post(url, { headers: { 'OCS-APIRequest': 'true' } })
      expect(answer.status()).toBeGreaterThanOrEqual(400)
      await bob.close()
      expect((await connector().commands()).commands).toEqual([])
    })

    it('look right in the dark and in a narrow window, too', async () => {
      const narrow = await enter({ ...person('alice'), width: 390, scheme: 'dark' })
      await at(narrow, 'user', async (page) => {
        await says(page, 'Most is in step.')
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
        await shot(page, 'status-dark-narrow')
      })
      await narrow.close()
    })

    it('pause and go on', async () => {
      await at(alice, 'user', async (page) => {
        await button(page, 'Pause').click()
        await says(page, 'Synchronization is paused.')
        expect(await people()).toMatchObject([{ uid: 'alice', state: 'paused' }])
        await button(page, 'Go on').click()
        await says(page, 'Synchronization goes on.')
      })
      expect(await people()).toMatchObject([{ uid: 'alice', state: 'active' }])
    })

    it('say that a guard stopped it, in German for who reads German', async () => {
      const bob = await enter({ ...person('bob'), locale: 'de' })
      await at(bob, 'user', async (page) => {
        await page.getByRole('button', { name: 'Zustimmen und einschalten' }).click()
        await says(page, 'Die Synchronisierung ist eingeschaltet.')
      })
      await connector().status(haltedReport())
      await at(bob, 'user', async (page) => {
        await says(page, 'Ungewöhnlich viele Einträge wären auf einmal gelöscht worden')
        await shot(page, 'halted-german')
      })
      await bob.close()
    })

    it('withdraw, by keyboard, with what was copied removed', async () => {
      await at(alice, 'user', async (page) => {
        await button(page, 'Withdraw …').focus()
        await page.keyboard.press('Enter')
        await page.getByText('Remove from Nextcloud what came from Exchange').click()
        await shot(page, 'withdraw')
        await page.getByRole('dialog').getByRole('button', { name: 'Withdraw', exact: true }).click()
        await says(page, 'Your consent is withdrawn.')
        await says(page, 'What had been copied into Nextcloud is being removed')
        await button(page, 'Agree and turn on').waitFor()
      })
      const users = await people()
      expect(users.find(({ uid }) => uid === 'alice')).toMatchObject({ state: 'withdrawn', withdrawal: 'remove' })
      const { commands } = await connector().commands()
      expect(commands).toMatchObject([{ uid: 'alice', kind: 'withdraw', args: { remove: true } }])
    })

    it('prove a mailbox with the code that lies in it', async () => {
      const carol = await enter(person('carol'))
      await at(carol, 'user', async (page) => {
        await page.getByLabel('E-mail address of your mailbox').fill('carol@other.test')
        await button(page, 'Send the code').click()
        await says(page, 'Mailboxes of this domain are not allowed here.')
        await page.getByLabel('E-mail address of your mailbox').fill('carol@corp.test')
        await button(page, 'Send the code').click()
        await says(page, 'A code was sent to carol@corp.test')
        const { commands } = await connector().commands()
        const placed = commands.find(({ kind }) => kind === 'place-proof')
        expect(placed).toMatchObject({ uid: 'carol', args: { email: 'carol@corp.test' } })
        const code = placed?.kind === 'place-proof' ? placed.args.code : ''
        await page.getByLabel('Code from the message').fill('WRONG-CODE')
        await button(page, 'Confirm').click()
        await says(page, 'This is not the code.')
        await shot(page, 'proof')
        await page.getByLabel('Code from the message').fill(code)
        await button(page, 'Confirm').click()
        await says(page, 'The mailbox is yours.')
        await says(page, 'Proven with a code')
      })
      await carol.close()
    })
  })

  describe('for the administrator, later', () => {
    it('show the state of each account, searched by the server', () =>
      at(admin, 'admin', async (page) => {
        await says(page, 'The connector works, but some accounts need attention.')
        await page.locator('tr[data-uid=bob]').getByText('(deletions-in-pass)').waitFor()
        await shot(page, 'admin')
        await page.getByLabel('Search by account, name or address').fill('bob')
        await page.locator('tr[data-uid=alice]').waitFor({ state: 'detached' })
        expect(await page.locator('tr[data-uid]').count()).toBe(1)
        await page.getByLabel('Search by account, name or address').fill('no such person')
        await says(page, 'Nobody matches.')
      }))

    it('pause somebody, and enrol a group', () =>
      at(admin, 'admin', async (page) => {
        await page.getByRole('button', { name: 'Change bob' }).click()
        await page.getByRole('dialog').getByLabel('State').selectOption('paused')
        await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
        await page.locator('tr[data-uid=bob]').getByText('Paused', { exact: true }).waitFor()
        await page.getByLabel('Turn it on for everybody in this group').fill('staff')
        await button(page, 'Turn on').click()
        await says(page, /The synchronization is on for \d accounts\./)
      }))

    it('invite whoever may take part, once', async () => {
      await server.occ(['background-job:list', '--output=json']).then(async (text) => {
        const job = (JSON.parse(text) as { id: string; class: string }[]).find(({ class: name }) =>
          name.endsWith('InviteJob'),
        )
        expect(job).toBeDefined()
        await server.occ(['background-job:execute', '--force-execute', String(job?.id)])
        await server.occ(['background-job:execute', '--force-execute', String(job?.id)])
      })
      expect(await invitations('erin')).toBe(1)
      for (const name of ['alice', 'carol', 'dave']) expect(await invitations(name)).toBe(0)
      // Bob was told that a guard stopped him, and that is all.
      expect(await invitations('bob')).toBe(1)
    })
  })

  async function invitations(user: string): Promise<number> {
    const context = await enter(person(user))
    const answer = await context.request.get('/ocs/v2.php/apps/notifications/api/v2/notifications?format=json', {
      headers: { 'OCS-APIRequest': 'true' },
    })
    const list: { app: string }[] = answer.status() === 204 ? [] : (await answer.json()).ocs.data
    await context.close()
    return list.filter(({ app }) => app === 'exchange_connector').length
  }
})

/** Of our scripts; a refusal that the page puts into words is none. */
const isComplaint = (message: string) =>
  message.includes('exchange_connector') && !/^Failed to load resource: .* a status of 4\d\d/.test(message)

const nowS = () => Math.floor(Date.now() / 1000)
const counts = { seen: 9, unchanged: 8, created: 0, updated: 0, removed: 0, conflicts: 1, skipped: 0, failed: 0 }
const connectorNow = () => ({ version: '0.1.0', instance: 'sync-1', at: nowS() })

function aliceReport() {
  const conflict = (id: string, title: string, winner: string) => ({
    id,
    uid: `${id}@test`,
    title,
    kind: 'calendar',
    winner,
    at: nowS() - DAY_S,
  })
  return {
    connector: connectorNow(),
    users: [
      {
        uid: 'alice',
        email: 'alice@corp.test',
        outcome: 'partial',
        lastPassAt: nowS() - 40,
        lastSuccessAt: nowS() - 7200,
        nextPassAt: nowS() + 260,
        items: 1234,
        counts,
        conflicts: [conflict('-c1', 'Budget meeting', 'exchange'), conflict('c2', 'Dentist', 'nextcloud')],
        problems: [
          { code: 'item.unreadable', detail: 'line 3', title: 'Choir practice' },
          { code: 'exchange.item-refused', detail: '', title: 'Party' },
        ],
        halt: null,
      },
    ],
  }
}

function haltedReport() {
  const report = aliceReport()
  const halt = { guard: 'deletions-in-pass' }
  return {
    ...report,
    users: report.users.map((user) => ({
      ...user,
      uid: 'bob',
      email: 'bob@corp.test',
      outcome: 'halted',
      halt,
      conflicts: [],
      problems: [],
    })),
  }
}

type Violation = { id: string; nodes: { html: string; failureSummary: string }[] }
const OURS = '#exchange_connector-personal, #exchange_connector-admin, [role=dialog]'
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']

/** What keeps somebody from using our part of the page, as axe finds it. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const found = await page.evaluate<{ violations: Violation[] }>(
    `axe.run(${JSON.stringify(OURS)}, { runOnly: ${JSON.stringify(RULES)} })`,
  )
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  )
}

function picturesFolder(): string {
  if (!process.env.SCREENSHOTS) return mkdtempSync(join(tmpdir(), 'pictures-'))
  const folder = join(import.meta.dirname, '../../docs/screenshots')
  mkdirSync(folder, { recursive: true })
  return folder
}
