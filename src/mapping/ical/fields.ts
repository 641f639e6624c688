/** The plain properties of a VEVENT: title, place, status, time shown as, sensitivity, importance, categories. Each is read and patched side by side. */
import type { EventFields, EventStatus, Importance, Sensitivity, ShowAs } from '../../model/event.ts'
import { type Component, dropLines, insertLine, lineOf, linesOf, replaceLine, setLine } from './document.ts'
import { makeLine, withValue } from './lines.ts'
import { cleanLabel, cleanText, escapeText, splitList, unescapeText } from './text.ts'

/**
 * Only on events whose Exchange sensitivity is "personal", which CLASS lacks: such an event is `CLASS:PRIVATE` with this mark.
 * Whoever sets another CLASS thereby overrules the mark.
 */
const SENSITIVITY_MARK = 'X-EXC-SENSITIVITY'
/** MS-OXCICAL section 2.1.3.1.1.20.31: what TRANSP cannot say. */
const BUSY_STATUS = 'X-MICROSOFT-CDO-BUSYSTATUS'

const BUSY_WORDS: Readonly<Record<ShowAs, string>> = {
  free: 'FREE',
  tentative: 'TENTATIVE',
  busy: 'BUSY',
  oof: 'OOF',
  workingElsewhere: 'WORKINGELSEWHERE',
}
const CLASS_WORDS: Readonly<Record<Sensitivity, string>> = {
  normal: 'PUBLIC',
  personal: 'PRIVATE',
  private: 'PRIVATE',
  confidential: 'CONFIDENTIAL',
}

export type PlainFields = Pick<
  EventFields,
  'title' | 'location' | 'showAs' | 'sensitivity' | 'importance' | 'status' | 'categories'
>

export function readPlainFields(component: Component): PlainFields {
  return {
    title: readText(component, 'SUMMARY'),
    location: readText(component, 'LOCATION'),
    status: readStatus(component),
    showAs: readShowAs(component),
    sensitivity: readSensitivity(component),
    importance: readImportance(component),
    categories: readCategories(component),
  }
}

/** Writes what differs. True when anything did. */
export function patchPlainFields(component: Component, wanted: PlainFields): boolean {
  const children = component.children
  const before = [...children]
  patchText(component, 'SUMMARY', wanted.title)
  patchText(component, 'LOCATION', wanted.location)
  if (readStatus(component) !== wanted.status)
    setWord(component, 'STATUS', wanted.status === 'none' ? null : wanted.status.toUpperCase())
  if (readShowAs(component) !== wanted.showAs) writeShowAs(component, wanted.showAs)
  if (readSensitivity(component) !== wanted.sensitivity) writeSensitivity(component, wanted.sensitivity)
  if (readImportance(component) !== wanted.importance) writeImportance(component, wanted.importance)
  patchCategories(component, wanted.categories)
  return before.length !== component.children.length || before.some((node, at) => node !== component.children[at])
}

export function readText(component: Component, name: string): string {
  const line = lineOf(component, name)
  return line ? cleanText(unescapeText(line.value)) : ''
}

export function patchText(component: Component, name: string, wanted: string): void {
  if (readText(component, name) === wanted) return
  const line = lineOf(component, name)
  if (wanted === '') dropLines(component, name)
  else setLine(component, line ? withValue(line, escapeText(wanted)) : makeLine(name, '', escapeText(wanted)))
}

export function word(component: Component, name: string): string {
  return lineOf(component, name)?.value.trim().toUpperCase() ?? ''
}

export function setWord(component: Component, name: string, value: string | null): void {
  if (value === null) dropLines(component, name)
  else setLine(component, makeLine(name, '', value))
}

function readStatus(component: Component): EventStatus {
  const value = word(component, 'STATUS').toLowerCase()
  return value === 'confirmed' || value === 'tentative' || value === 'cancelled' ? value : 'none'
}

/** TRANSP is what people can set in Nextcloud, so it overrules a busy status that contradicts it. Without one, STATUS:TENTATIVE shows as tentative. */
function readShowAs(component: Component): ShowAs {
  const transparency = word(component, 'TRANSP')
  const status = word(component, BUSY_STATUS)
  if (transparency === 'TRANSPARENT') return 'free'
  if (status === 'TENTATIVE' || status === 'OOF') return status === 'OOF' ? 'oof' : 'tentative'
  if (status === 'WORKINGELSEWHERE') return 'workingElsewhere'
  if (status === 'FREE' && transparency !== 'OPAQUE') return 'free'
  if (status === 'BUSY') return 'busy'
  return readStatus(component) === 'tentative' ? 'tentative' : 'busy'
}

function writeShowAs(component: Component, wanted: ShowAs): void {
  setWord(component, 'TRANSP', wanted === 'free' ? 'TRANSPARENT' : 'OPAQUE')
  if (lineOf(component, BUSY_STATUS) || readShowAs(component) !== wanted)
    setWord(component, BUSY_STATUS, BUSY_WORDS[wanted])
}

/** RFC 5545 section 3.8.1.3: an unknown CLASS counts as PRIVATE. `PERSONAL` is Exchange's own word for it (MS-OXCICAL). */
export function readSensitivity(component: Component): Sensitivity {
  const value = word(component, 'CLASS')
  if (value === '' || value === 'PUBLIC') return 'normal'
  if (value === 'CONFIDENTIAL') return 'confidential'
  if (value === 'PERSONAL') return 'personal'
  return word(component, SENSITIVITY_MARK) === 'PERSONAL' ? 'personal' : 'private'
}

export function writeSensitivity(component: Component, wanted: Sensitivity): void {
  setWord(component, 'CLASS', CLASS_WORDS[wanted])
  setWord(component, SENSITIVITY_MARK, wanted === 'personal' ? 'PERSONAL' : null)
}

/** RFC 5545 section 3.8.1.9: 1-4 high, 5 medium, 6-9 low, 0 undefined. The exact number stays as long as its class does. */
export function readImportance(component: Component): Importance {
  const value = Number(word(component, 'PRIORITY') || 0)
  return value >= 1 && value <= 4 ? 'high' : value >= 6 && value <= 9 ? 'low' : 'normal'
}

export function writeImportance(component: Component, wanted: Importance): void {
  setWord(component, 'PRIORITY', wanted === 'high' ? '1' : wanted === 'low' ? '9' : '5')
}

export function readCategories(component: Component): string[] {
  const names = linesOf(component, 'CATEGORIES').flatMap((line) => splitList(line.value).map(categoryOf))
  return [...new Set(names)].filter((name) => name !== '').sort()
}

function categoryOf(text: string): string {
  return cleanLabel(unescapeText(text)).trim()
}

/** Each line keeps the names that stay, in its own order and spelling; new names go to the last line. */
export function patchCategories(component: Component, wanted: readonly string[]): void {
  const current = readCategories(component)
  if (current.length === wanted.length && current.every((name, at) => name === wanted[at])) return
  for (const line of linesOf(component, 'CATEGORIES')) {
    const kept = splitList(line.value).filter((text) => wanted.includes(categoryOf(text)))
    if (kept.length === 0) replaceLine(component, line, null)
    else if (kept.join() !== line.value) replaceLine(component, line, withValue(line, kept.join()))
  }
  const added = wanted.filter((name) => !current.includes(name)).map(escapeText)
  if (added.length === 0) return
  const last = linesOf(component, 'CATEGORIES').at(-1)
  if (last) replaceLine(component, last, withValue(last, [last.value, ...added].join()))
  else insertLine(component, makeLine('CATEGORIES', '', added.join()))
}
