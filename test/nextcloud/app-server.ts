/**
 * A real Nextcloud with the app in it, set up as an administrator would on the command line, its mails caught. The ground of every test of what only the
 * real server and the app together do.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AppAccount } from '../../src/nextcloud/app/sign.ts'
import type { AppServer } from '../contract/nextcloud-app-suite.ts'
import { PHP, run } from './install.ts'
import { type MailSink, startMailSink } from './mail-sink.ts'
import { basic, type RawAnswer, type RawRequest, rawRequest } from './raw-request.ts'
import { type NextcloudServer, type NextcloudServerOptions, type NextcloudUser, startNextcloud } from './server.ts'

export type RealAppServer = AppServer & {
  server: NextcloudServer
  /** 'sqlite', or the connection string of its database. */
  databaseUrl: string
  mailSink: MailSink
  account: AppAccount
  occ: NextcloudServer['occ']
  /** Users with a calendar and an address book, and the app password of their own clients; those with a mailbox take part. */
  newUsers(users: readonly NewUser[]): Promise<void>
  userOf(uid: string): NextcloudUser
  /** A request of the user's own client, as it stands. */
  asUser(uid: string, request: RawRequest): Promise<RawAnswer>
  /** Settings of the app, by the names of its configuration keys. */
  set(values: Readonly<Record<string, string>>): Promise<void>
}

/** Passwords of tests need no slow hash. */
const QUICK = { hashingThreads: 1, hashingMemoryCost: 8, hashingTimeCost: 1 }

/** `isNew`: never signed in, as people are whom an administrator enrols. */
export type NewUser = { uid: string; mailbox?: string; isNew?: boolean }

const SERVICE = 'exchange-sync'
const PARTS = ['appinfo', 'lib', 'img', 'l10n', 'templates', 'js']
const source = join(import.meta.dirname, '../../nextcloud-app')

/** The app as it lies here, without what a server does not need. */
function appFolder(folder: string): string {
  const target = join(folder, 'exchange_connector')
  for (const part of PARTS.filter((name) => existsSync(join(source, name))))
    cpSync(join(source, part), join(target, part), { recursive: true })
  return target
}

export async function startAppServer(options: Omit<NextcloudServerOptions, 'apps'>): Promise<RealAppServer> {
  const mailSink = await startMailSink()
  const folder = mkdtempSync(join(tmpdir(), 'exchange-connector-app-'))
  try {
    const mail = { mail_smtpmode: 'smtp', mail_smtphost: '127.0.0.1', mail_smtpport: mailSink.port }
    const from = { mail_from_address: 'cloud', mail_domain: 'cloud.test' }
    const server = await startNextcloud({
      ...options,
      apps: [appFolder(folder)],
      config: { ...mail, ...from, skeletondirectory: '', ...QUICK, ...options.config },
    })
    return { ...(await setUp(server, mailSink)), databaseUrl: options.database ?? 'sqlite' }
  } catch (error) {
    await mailSink.close()
    throw error
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Provisioned = { uid: string; email: string; mailbox: string | null }

function provision(directory: string, users: readonly Provisioned[]): Promise<Record<string, string>> {
  const running = run('php', [...PHP, join(import.meta.dirname, 'provision.php')], { cwd: directory })
  running.child.stdin?.end(JSON.stringify(users))
  return running.then(({ stdout }) => JSON.parse(stdout.slice(stdout.indexOf('{'))) as Record<string, string>)
}

async function setUp(server: NextcloudServer, mailSink: MailSink): Promise<Omit<RealAppServer, 'databaseUrl'>> {
  const { occ } = server
  const set = async (values: Readonly<Record<string, string>>) => {
    for (const [key, value] of Object.entries(values))
      await occ(['config:app:set', 'exchange_connector', key, `--value=${value}`])
  }
  const rotateSecret = async () => (await occ(['exchange_connector:secret:rotate'])).trim()
  const service = await server.addUser(SERVICE, '')
  await set({ service_account: SERVICE })
  const account = { username: SERVICE, appPassword: service.password, sharedSecret: await rotateSecret() }
  const users = new Map<string, NextcloudUser>()
  const userOf = (uid: string): NextcloudUser => {
    const user = users.get(uid)
    if (user === undefined) throw new Error(`no user ${uid}`)
    return user
  }
  const asUser = (uid: string, request: RawRequest) => {
    const authorization = basic(uid, userOf(uid).password)
    return rawRequest(server.url, { ...request, headers: { Authorization: authorization, ...request.headers } })
  }
  const newUsers = async (wanted: readonly NewUser[]) => {
    const list = wanted.map(({ uid, mailbox = null, isNew }) => ({ uid, email: `${uid}@corp.test`, mailbox, isNew }))
    const passwords = await provision(server.directory, list)
    for (const { uid, email, isNew } of list) {
      const password = passwords[uid]
      if (password === undefined) continue
      users.set(uid, { username: uid, email, password })
      if (isNew) continue
      // Calendars are made when somebody signs in for the first time, and an app password is no such sign-in.
      const headers = { Depth: '1', Authorization: basic(uid, `a-Pass-w0rd-of-${uid}`) }
      await asUser(uid, { method: 'PROPFIND', path: `/remote.php/dav/calendars/${uid}/`, headers })
    }
  }
  return {
    ...{ server, mailSink, occ, account, rootUrl: server.url, set, rotateSecret, newUsers, userOf, asUser },
    addUser: (uid) => newUsers([{ uid }]),
    enrol: (uid, mailbox) => newUsers([{ uid, mailbox }]),
    withdraw: async (uid) => void (await occ(['exchange_connector:users:disable', uid])),
    setEnabled: async (uid, enabled) => void (await occ([enabled ? 'user:enable' : 'user:disable', uid])),
    put: async (uid, path, body) => {
      const headers = { 'Content-Type': path.endsWith('.vcf') ? 'text/vcard' : 'text/calendar' }
      const { status, text } = await asUser(uid, { method: 'PUT', path: `/remote.php/dav/${path}`, headers, body })
      if (status !== 201 && status !== 204) throw new Error(`PUT ${path}: ${status}\n${text}`)
    },
    mails: async () => mailSink.mails.length,
    close: async () => {
      await server.close()
      await mailSink.close()
    },
  }
}
