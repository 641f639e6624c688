/** What `connector init` wrote, and what comes next. */
import { safe, wrap } from './text.ts'
import type { View } from './view.ts'

export type InitDone = { written: readonly string[]; into: string; hasUsersFile: boolean }

export function renderInit({ written, into, hasUsersFile }: InitDone, view: View): string {
  const first =
    'Put your first user into users.json (users.example.json shows the form); one is enough to begin with. Then:'
  const users = wrap(hasUsersFile ? first : 'Then:', view.width)
  return [
    ...written.map((path) => view.paint('green', `Written: ${safe(path)}`)),
    '',
    users,
    `$ cd ${safe(into)}`,
    '$ connector config check',
    '$ connector db migrate',
    '$ connector doctor',
  ].join('\n')
}
