/** The list of enrolled users. */
import type { User } from '../../ports/service.ts'
import { safe, table } from './text.ts'
import type { View } from './view.ts'

export function renderUsers(users: readonly User[], view: View): string {
  if (users.length === 0) return 'No user is enrolled. Add them to users.json (see users.example.json).'
  const source = { 'users-file': 'users file', app: 'Nextcloud app' } as const
  const rows = users.map((user) => [
    safe(user.email),
    safe(user.nextcloudUser),
    source[user.source],
    user.enabled ? 'yes' : 'paused',
  ])
  const max = Math.max(20, Math.floor((view.width - 30) / 2))
  const list = table(
    [{ title: 'mailbox', max }, { title: 'Nextcloud user', max }, { title: 'from' }, { title: 'synced' }],
    rows,
  )
  return `${list}\n\n${users.length} ${users.length === 1 ? 'user' : 'users'}`
}
