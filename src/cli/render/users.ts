/** The list of users: who is synced, who is not and why, and where each address comes from. */
import type { User, UserState } from '../../ports/service.ts'
import { safe, table } from './text.ts'
import type { View } from './view.ts'

const STATES: Readonly<Record<UserState, string>> = {
  active: 'yes',
  paused: 'paused',
  withdrawn: 'withdrawn',
  'account-disabled': 'account disabled',
  'no-mailbox': 'waits for an address',
  'duplicate-mailbox': 'no: mailbox of two users',
}

export function renderUsers(users: readonly User[], view: View): string {
  if (users.length === 0)
    return 'No user is enrolled. They agree in the Nextcloud app, or you add them to users.json (see users.example.json).'
  const rows = users.map((user) => [
    safe(user.email) || '-',
    safe(user.nextcloudUser),
    sourceOf(user),
    user.state === 'active' && !user.enabled ? 'paused' : STATES[user.state],
  ])
  const longest = Math.max(...rows.map(([, , source = '', state = '']) => source.length + state.length))
  const max = Math.max(16, Math.floor((view.width - longest - 8) / 2))
  const list = table(
    [{ title: 'mailbox', max }, { title: 'Nextcloud user', max }, { title: 'from' }, { title: 'synced' }],
    rows,
    view.width,
  )
  return `${list}\n\n${sumOf(users)}`
}

function sourceOf({ source, identity }: User): string {
  if (source === 'users-file') return 'users file'
  return identity ? `app (${identity.source})` : 'app'
}

function sumOf(users: readonly User[]): string {
  const all = `${users.length} ${users.length === 1 ? 'user' : 'users'}`
  const synced = users.filter(({ enabled }) => enabled).length
  return synced === users.length ? all : `${all}, ${synced} synced`
}
