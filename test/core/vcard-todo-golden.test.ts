/** Golden cards and tasks, one folder per case: what is read of the native document, and which lines one change takes and brings. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readTodo } from '../../src/mapping/ical/todo-read.ts'
import { writeTodo } from '../../src/mapping/ical/todo-write.ts'
import { fitContact } from '../../src/mapping/vcard/fit-contact.ts'
import { readContact } from '../../src/mapping/vcard/read-contact.ts'
import { writeContact } from '../../src/mapping/vcard/write-contact.ts'
import type { Item, Loss } from '../../src/model/item.ts'
import { cardOf, taskOf } from '../../src/model/kinds.ts'

/** expected.json. `problems` as `path reason`; `gone` and `come` are unfolded lines, a trailing * for a component with all its lines. */
type Golden = {
  about: string
  reads: Record<string, unknown>
  problems?: string[]
  change?: Record<string, unknown>
  gone?: string[]
  come?: string[]
}
type Lens = {
  read(text: string): { item: Item; problems: Loss[] }
  write(native: string | null, item: Item): { text: string; losses: Loss[] }
}

const context = { floatingZone: 'Europe/Berlin', nowMs: Date.UTC(2026, 0, 2, 3, 4, 5) }
const CARDS: Lens = {
  read(text) {
    const { contact, problems } = readContact(text)
    return { item: contact, problems }
  },
  write: (native, item) => writeContact(native, cardOf(item), context),
}
const TASKS: Lens = {
  read(text) {
    const { task, problems } = readTodo(text, context)
    return { item: task, problems }
  },
  write: (native, item) => writeTodo(native, taskOf(item), context),
}

const STAMPS = /^(?:REV|DTSTAMP|LAST-MODIFIED)\b/
const linesOf = (text: string) =>
  text
    .replace(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .filter((line) => line !== '' && !STAMPS.test(line))

/** A component that came whole is one line with a *. */
function withoutComponents(lines: string[], names: readonly string[]): string[] {
  return names
    .filter((name) => name.endsWith('*'))
    .reduce((rest, name) => {
      const begin = rest.indexOf(name.slice(0, -1))
      const end = rest.indexOf(name.slice(0, -1).replace('BEGIN', 'END'), begin)
      return begin < 0 ? rest : [...rest.slice(0, begin), name, ...rest.slice(end + 1)]
    }, lines)
}

/** Lines of one that the other lacks; repeated lines count. */
function missing(one: readonly string[], other: readonly string[]): string[] {
  const rest = [...other]
  return one.filter((line) => {
    const at = rest.indexOf(line)
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
}

function goldens(kind: 'vcard' | 'todo', file: string, lens: Lens): void {
  const folder = new URL(`../golden/${kind}/`, import.meta.url)
  const names = readdirSync(folder).sort()

  it.each(names)('%s', (name) => {
    const native = readFileSync(new URL(`${name}/${file}`, folder), 'utf8')
    const expected: Golden = JSON.parse(readFileSync(new URL(`${name}/expected.json`, folder), 'utf8'))
    expect(expected.about).not.toBe('')
    const { item, problems } = lens.read(native)
    for (const [key, value] of Object.entries(expected.reads))
      expect({ [key]: item[key as keyof Item] }).toEqual({ [key]: value })
    expect(problems.map(({ path, reason }) => `${path} ${reason}`)).toEqual(expected.problems ?? [])
    expect(lens.write(native, item).text).toBe(native)
    expect(lens.read(lens.write(null, item).text).item).toEqual(item)
    if (!expected.change) return
    const wanted = { ...item, ...expected.change } as Item
    const { text, losses } = lens.write(native, wanted)
    expect(losses).toEqual([])
    expect(lens.read(text).item).toEqual(wanted)
    const come = withoutComponents(missing(linesOf(text), linesOf(native)), expected.come ?? [])
    expect(missing(linesOf(native), linesOf(text)).toSorted()).toEqual((expected.gone ?? []).toSorted())
    expect(come.toSorted()).toEqual((expected.come ?? []).toSorted())
  })
}

describe('golden cards', () => goldens('vcard', 'native.vcf', CARDS))
describe('golden tasks', () => goldens('todo', 'native.ics', TASKS))

describe('golden folders', () => {
  it('are at least sixty, each whole', () => {
    const root = new URL('../golden/', import.meta.url)
    const folders = ['vcard', 'todo'].flatMap((kind) =>
      readdirSync(new URL(`${kind}/`, root)).map((name) => `${kind}/${name}`),
    )
    expect(folders.length).toBeGreaterThanOrEqual(60)
    for (const folder of folders) expect(existsSync(new URL(`${folder}/expected.json`, root))).toBe(true)
  })

  it('fit as they are read', () => {
    const root = new URL('../golden/vcard/', import.meta.url)
    for (const name of readdirSync(root)) {
      const { contact } = readContact(readFileSync(new URL(`${name}/native.vcf`, root), 'utf8'))
      expect(fitContact(contact)).toEqual({ kind: 'fits', item: contact, losses: [] })
    }
  })
})
