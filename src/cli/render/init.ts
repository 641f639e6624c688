/** What `connector init` wrote, and what comes next. */
import { safe } from './text.ts'
import type { View } from './view.ts'

export type InitDone = { written: readonly string[]; into: string; hasUsersFile: boolean }

export function renderInit({ written, into, hasUsersFile }: InitDone, view: View): string {
  const users = hasUsersFile
    ? ['Put your first user into users.json (users.example.json shows the form); one is enough to begin with. Then:']
    : ['Then:']
  return [
    ...written.map((path) => view.paint('green', `Written: ${safe(path)}`)),
    '',
    ...users,
    `$ cd ${safe(into)}`,
    '$ connector config check',
    '$ connector db migrate',
    '$ connector doctor',
  ].join('\n')
}
