/** An iCalendar stream as a tree of components and content lines in their order. It is patched in place and printed again (RFC 5545 section 3.4 and 3.6). */
import { ICAL_DEPTH_MAX } from '../../limits.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { type ContentLine, parseLine, physicalText, splitLines } from './lines.ts'

export type Component = { kind: 'component'; name: string; children: (ContentLine | Component)[] }

/** Why a text cannot be read; it stays untouched where it is (I10). */
export type UnreadableReason =
  | 'not-icalendar'
  | 'truncated'
  | 'nesting'
  | 'several-calendars'
  | 'no-event'
  | 'no-task'
  | 'no-uid'
  | 'several-uids'
  | 'several-masters'
  | 'no-start'

export function unreadable(reason: UnreadableReason, detail?: string): ConnectorError {
  return new ConnectorError('item.unreadable', detail === undefined ? { reason } : { reason, detail })
}

/** The one VCALENDAR of a text. Throws `item.unreadable`. */
export function parseDocument(text: string): Component {
  const root: Component = { kind: 'component', name: '', children: [] }
  const open: Component[] = [root]
  for (const raw of splitLines(text)) {
    const line = parseLine(raw)
    const top = open.at(-1) ?? root
    if (line.name === 'BEGIN') {
      const name = line.value.trim().toUpperCase()
      if (top === root && name !== 'VCALENDAR') throw unreadable('not-icalendar')
      if (open.length > ICAL_DEPTH_MAX) throw unreadable('nesting')
      const component: Component = { kind: 'component', name, children: [] }
      top.children.push(component)
      open.push(component)
    } else if (line.name === 'END') {
      if (top === root || top.name !== line.value.trim().toUpperCase()) throw unreadable('nesting')
      open.pop()
    } else if (top !== root) {
      top.children.push(line)
    } else if (root.children.length === 0) {
      throw unreadable('not-icalendar')
    }
  }
  const [calendar, second] = root.children
  if (calendar?.kind !== 'component') throw unreadable('not-icalendar')
  if (open.length > 1) throw unreadable('truncated')
  if (second) throw unreadable('several-calendars')
  return calendar
}

/** CRLF line ends, lines of at most 75 octets. */
export function printDocument(component: Component): string {
  const out: string[] = []
  print(component, out)
  return `${out.join('\r\n')}\r\n`
}

function print(component: Component, out: string[]): void {
  out.push(`BEGIN:${component.name}`)
  for (const node of component.children) {
    if (node.kind === 'component') print(node, out)
    else out.push(physicalText(node))
  }
  out.push(`END:${component.name}`)
}

export function newComponent(name: string, lines: readonly ContentLine[] = []): Component {
  return { kind: 'component', name, children: [...lines] }
}

export function copyComponent(component: Component): Component {
  const children = component.children.map((node) => (node.kind === 'component' ? copyComponent(node) : node))
  return { kind: 'component', name: component.name, children }
}

/** First property of that name. */
export function lineOf(component: Component, name: string): ContentLine | null {
  for (const node of component.children) if (node.kind === 'line' && node.name === name) return node
  return null
}

export function linesOf(component: Component, name: string): ContentLine[] {
  const out: ContentLine[] = []
  for (const node of component.children) if (node.kind === 'line' && node.name === name) out.push(node)
  return out
}

export function componentsOf(component: Component, name: string): Component[] {
  const out: Component[] = []
  for (const node of component.children) if (node.kind === 'component' && node.name === name) out.push(node)
  return out
}

/** Puts a line in the place of another one, or (null) takes it away. */
export function replaceLine(component: Component, old: ContentLine, next: ContentLine | null): void {
  const at = component.children.indexOf(old)
  if (at >= 0) component.children.splice(at, 1, ...(next ? [next] : []))
}

export function insertLine(component: Component, line: ContentLine, after?: string): void {
  insertLines(component, [line], after)
}

/** After the last property called `after`, else after the last property of all. */
export function insertLines(component: Component, lines: readonly ContentLine[], after?: string): void {
  let at = -1
  component.children.forEach((node, index) => {
    if (node.kind === 'line' && node.name === after) at = index
  })
  if (at < 0) at = component.children.findLastIndex((node) => node.kind === 'line')
  component.children = [...component.children.slice(0, at + 1), ...lines, ...component.children.slice(at + 1)]
}

/** Sets the property: the first line of that name gets it (others of the name go), or it is added. */
export function setLine(component: Component, line: ContentLine, after?: string): void {
  const [first, ...others] = linesOf(component, line.name)
  for (const other of others) replaceLine(component, other, null)
  if (first) replaceLine(component, first, line)
  else insertLine(component, line, after)
}

export function dropLines(component: Component, ...names: string[]): void {
  component.children = component.children.filter((node) => node.kind === 'component' || !names.includes(node.name))
}
