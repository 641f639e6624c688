/** The page of start times is measured now and then and not made anew each time: it still names every command, and no other. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')

it('the page of start times names every command', () => {
  const page = readFileSync(join(root, 'docs', 'reference', 'start-times.md'), 'utf8')
  const listed = [...page.matchAll(/^\| `connector ([a-z -]+?)(?: (?:EMAIL|FILE|bash))?` \| \d+ ms \|/gm)].map(
    ([, name]) => name,
  )
  const commands = globSync('**/*.ts', { cwd: join(root, 'commands') }).map((path) =>
    path.replace(/\.ts$/, '').replaceAll('/', ' '),
  )
  expect(listed.filter((name) => name !== '--version').sort()).toEqual(commands.sort())
})
