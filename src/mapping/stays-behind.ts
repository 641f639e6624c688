/**
 * Which properties of a document stay where they are because the model has no place for them: found by trying, so that no list can be
 * out of date (a property that has the value of one that is absent is in its table). For `mapping dry-run`, where somebody asks why the other side does not show a thing.
 */
import { differingPaths, flatten } from '../model/flat.ts'
import type { Item, Loss } from '../model/item.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { NativeProperty } from './ical/table.ts'

/** What every program writes for itself. */
const BOOKKEEPING = new Set(
  'BEGIN END VERSION PRODID CALSCALE METHOD UID DTSTAMP CREATED LAST-MODIFIED SEQUENCE REV KIND X-ABLABEL'.split(' '),
)

/** `depth`: of the component whose lines are tried, 1 for a card, 2 for a task or an event in its calendar. `named`: what is told already. */
type Trying = {
  read(text: string): Item
  depth: 1 | 2
  named: readonly Loss[]
  table: readonly NativeProperty[]
}

export function staysBehind(text: string, { read, depth, named, table }: Trying): string[] {
  const lines = text.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)
  const own = ownLines(lines, depth)
  const mapped = table.flatMap(({ property, path }) => (path === null ? [] : (property.split(/[;, ]/, 1)[0] ?? [])))
  const told = new Set([...named.map(({ path }) => path), ...mapped])
  const names = [...new Set(own.values())].filter((name) => !BOOKKEEPING.has(name) && !told.has(name))
  const whole = flatten(read(text))
  const isMapped = (name: string): boolean => {
    const without = lines.filter((_, at) => own.get(at) !== name).join('\r\n')
    try {
      return differingPaths(whole, flatten(read(without))).length > 0
    } catch (error) {
      // It cannot even be read without it.
      if (error instanceof ConnectorError) return true
      throw error
    }
  }
  return names.filter((name) => !isMapped(name))
}

/** The name of the property on each line of the component, by the line's number. */
function ownLines(lines: readonly string[], depth: number): Map<number, string> {
  const own = new Map<number, string>()
  let at = 0
  for (const [number, line] of lines.entries()) {
    const name = (/^(?:[\w-]+\.)?([\w-]+)(?=[;:])/.exec(line)?.[1] ?? '').toUpperCase()
    if (name === 'BEGIN') at++
    if (at === depth && name !== '') own.set(number, name)
    if (name === 'END') at--
  }
  return own
}
