/** The app in the hands of a test: what users, administrators and time would do to it. */
import type { World } from '../call.ts'
import { type AppState, type Enrolled, type JournalRow, newAppState, writeJournal } from './state.ts'

export type Enrolment = Partial<Omit<Enrolled, 'uid' | 'updatedAt'>>

export type AppHandle = {
  readonly secret: string
  readonly serviceAccount: string
  /** Consents for a user whose address an administrator mapped, unless told otherwise. */
  enrol(uid: string, enrolment?: Enrolment): void
  /** Anything of a row; its time of change moves on. */
  change(uid: string, enrolment: Enrolment): void
  withdraw(uid: string, options?: { remove: boolean }): void
  command(uid: string, kind: string, args?: unknown): number
  outcomeOf(id: number): { outcome: string | null; message: string }
  journal(): JournalRow[]
  /** A transaction of somebody stays open: rows written from now on come to light only when it is over. */
  holdTransaction(): () => void
  statusOf(uid: string): Record<string, unknown> | null
  rotateSecret(secret: string): void
  forgetPreviousSecret(): void
  /** An older app: these features and their routes are not there. */
  without(...features: string[]): void
  setLimits(limits: Partial<AppState['limits']>): void
}

export function installApp(world: World, init: { serviceAccount: string; secret: string }): AppHandle {
  const app = newAppState({ serviceAccount: init.serviceAccount, secrets: { current: init.secret, previous: null } })
  world.app = app
  world.store.onChange = (change) => writeJournal(app, change, world.options.clock.nowMs())
  const nowSeconds = () => Math.floor(world.options.clock.nowMs() / 1000)
  const rowOf = (uid: string): Enrolled => {
    const row = app.users.get(uid)
    if (!row) throw new Error(`${uid} is not enrolled in the simulated app`)
    return row
  }
  const change = (uid: string, enrolment: Enrolment) =>
    void app.users.set(uid, { ...rowOf(uid), ...enrolment, updatedAt: nowSeconds() })
  return {
    get secret() {
      return app.secrets.current
    },
    serviceAccount: app.serviceAccount,
    enrol(uid, enrolment = {}) {
      const at = nowSeconds()
      const email = world.store.users.get(uid)?.email ?? null
      const fresh: Enrolled = {
        uid,
        email,
        identity: { source: 'admin', at },
        state: 'active',
        withdrawal: null,
        timeZone: null,
        consentedAt: at,
        updatedAt: at,
        choices: [{ kind: 'calendar', exchange: { kind: 'default' }, nextcloud: null, direction: 'both' }],
      }
      app.users.set(uid, { ...fresh, ...enrolment })
    },
    change,
    withdraw: (uid, { remove } = { remove: false }) => {
      change(uid, { state: 'withdrawn', withdrawal: remove ? 'remove' : 'keep' })
      app.journal = app.journal.filter((row) => row.uid !== uid)
    },
    command(uid, kind, args = []) {
      app.lastId += 1
      app.commands.push({ id: app.lastId, uid, kind, args, outcome: null, message: '' })
      return app.lastId
    },
    outcomeOf(id) {
      const found = app.commands.find((one) => one.id === id)
      if (!found) throw new Error(`the simulated app has no command ${id}`)
      return { outcome: found.outcome, message: found.message }
    },
    journal: () => app.journal.map((row) => ({ ...row })),
    holdTransaction() {
      app.holding = true
      return () => {
        app.holding = false
        for (const row of app.journal) row.hidden = false
      }
    },
    statusOf: (uid) => app.status.get(uid) ?? null,
    rotateSecret(secret) {
      app.secrets = { current: secret, previous: app.secrets.current }
    },
    forgetPreviousSecret() {
      app.secrets.previous = null
    },
    without(...features) {
      app.features = app.features.filter((one) => !features.includes(one))
    },
    setLimits(limits) {
      Object.assign(app.limits, limits)
    },
  }
}
