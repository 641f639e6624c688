/** TimeZoneDefinition (MS-OXWSGTZ): read from items and headers, written in full by GetServerTimeZones. */
import { EwsError } from '../errors.ts'
import { DAY_NAMES } from '../recurrence.ts'
import { attribute, first, firstText, type Node, nodeToXml, textElement, wrap } from '../xml.ts'
import { DAY_MS, MINUTE_MS } from './dates.ts'
import { offsetAt, type Zone, type ZoneChange, type ZoneTable } from './zones.ts'

/** `-PT60M`, `PT5H30M`: in ms. */
function parseDuration(text: string): number {
  const match = /^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/.exec(text.trim())
  if (!match) throw new EwsError('ErrorCalendarInvalidTimeZone', `Not a duration: ${text}`)
  const [, sign, days, hours, minutes, seconds] = match
  const value = Number(days ?? 0) * 1440 + Number(hours ?? 0) * 60 + Number(minutes ?? 0) + Number(seconds ?? 0) / 60
  return (sign === '-' ? -1 : 1) * value * MINUTE_MS
}

export function formatDuration(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / MINUTE_MS)
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  const text = `${hours > 0 ? `${hours}H` : ''}${rest > 0 ? `${rest}M` : ''}`
  return `${ms < 0 ? '-' : ''}PT${text === '' ? '0S' : text}`
}

/** n-th weekday of a month; -1 or 5 is the last. Midnight as if UTC. */
function weekdayOf(year: number, month: number, day: string, occurrence: number): number {
  const number = (DAY_NAMES as readonly string[]).indexOf(day)
  if (occurrence === -1 || occurrence >= 5) {
    const last = Date.UTC(year, month, 0)
    return last - ((new Date(last).getUTCDay() - number + 7) % 7) * DAY_MS
  }
  const start = Date.UTC(year, month - 1, 1)
  return start + (((number - new Date(start).getUTCDay() + 7) % 7) + (occurrence - 1) * 7) * DAY_MS
}

function customChanges(node: Node): ZoneChange[] {
  const offsets = new Map<string, number>()
  for (const period of first(node, 'Periods')?.children ?? []) {
    offsets.set(period.attributes.Id ?? '', -parseDuration(period.attributes.Bias ?? 'PT0S'))
  }
  const [standard] = offsets.values()
  if (standard === undefined) throw new EwsError('ErrorCalendarInvalidTimeZone', 'The time zone has no periods.')
  const changes: ZoneChange[] = [{ since: Number.NEGATIVE_INFINITY, offsetMs: standard }]
  const groups = first(node, 'TransitionsGroups')?.children ?? []
  const last = first(node, 'Transitions')?.children.at(-1)
  const group = groups.find((candidate) => candidate.attributes.Id === firstText(last, 'To')) ?? groups.at(-1)
  const rules = group?.children.filter((rule) => rule.name === 'RecurringDayTransition') ?? []
  const fixed = group?.children.find((rule) => rule.name === 'Transition')
  if (rules.length === 0) {
    const offset = offsets.get(firstText(fixed, 'To') ?? '') ?? standard
    return [{ since: Number.NEGATIVE_INFINITY, offsetMs: offset }]
  }
  for (let year = 1970; year <= 2060; year++) {
    const ofYear = rules.map((rule) => {
      const month = Number(firstText(rule, 'Month'))
      const occurrence = Number(firstText(rule, 'Occurrence'))
      const date = weekdayOf(year, month, firstText(rule, 'DayOfWeek') ?? 'Sunday', occurrence)
      const wall = date + parseDuration(firstText(rule, 'TimeOffset') ?? 'PT0S')
      return { wall, offsetMs: offsets.get(firstText(rule, 'To') ?? '') ?? standard }
    })
    for (const { wall, offsetMs } of ofYear.sort((one, other) => one.wall - other.wall)) {
      changes.push({ since: wall - (changes.at(-1)?.offsetMs ?? 0), offsetMs })
    }
  }
  return changes
}

/** A known id is taken by its id; an unknown one must bring its rules. */
export function readZone(node: Node, zones: ZoneTable): Zone {
  const id = node.attributes.Id ?? ''
  const known = id === '' ? undefined : zones.find(id)
  if (known) return known
  if (!first(node, 'Periods')) {
    throw new EwsError('ErrorCalendarInvalidTimeZone', `The time zone '${id}' is unknown to this server.`)
  }
  return {
    id: id === '' ? 'Customized Time Zone' : id,
    name: node.attributes.Name ?? 'Customized Time Zone',
    changes: customChanges(node),
    definition: node.children.map(nodeToXml).join(''),
  }
}

/** `StartTimeZone` and the like: id and name; the rules only when the server does not know the zone. */
export function zoneXml(element: string, zone: Zone): string {
  return wrap(element, zone.definition ?? '', attribute('Id', zone.id) + attribute('Name', zone.name))
}

function transitionXml(zone: Zone, change: ZoneChange, period: string): string {
  const wall = change.since + offsetAt(zone, change.since - 1)
  const date = new Date(wall)
  const day = date.getUTCDate()
  const monthEnd = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  const occurrence = day + 7 > monthEnd ? -1 : Math.ceil(day / 7)
  return wrap(
    'RecurringDayTransition',
    `<t:To Kind="Period">${period}</t:To>` +
      textElement('TimeOffset', formatDuration(wall - Math.floor(wall / DAY_MS) * DAY_MS)) +
      textElement('Month', date.getUTCMonth() + 1) +
      textElement('DayOfWeek', DAY_NAMES[date.getUTCDay()]) +
      textElement('Occurrence', occurrence),
  )
}

/** The rules of the current year, as one group for ever. */
export function zoneDefinitionXml(zone: Zone, nowMs: number, full: boolean): string {
  const names = attribute('Id', zone.id) + attribute('Name', zone.name)
  if (!full) return wrap('TimeZoneDefinition', '', names)
  const year = new Date(nowMs).getUTCFullYear()
  const from = Date.UTC(year, 0, 1)
  const changes = zone.changes.filter((change) => change.since >= from && change.since < Date.UTC(year + 1, 0, 1))
  const offsets = [
    ...new Set(changes.length === 2 ? changes.map((change) => change.offsetMs) : [offsetAt(zone, nowMs)]),
  ]
  const ordered = offsets.sort((one, other) => one - other)
  const idOf = (offset: number) => (offset === ordered[0] ? 'trule:Standard' : 'trule:Daylight')
  const periods = ordered.map((offset) => {
    const name = offset === ordered[0] ? 'Standard' : 'Daylight'
    return `<t:Period${attribute('Bias', formatDuration(-offset))}${attribute('Name', name)}${attribute('Id', idOf(offset))}/>`
  })
  const rules =
    ordered.length === 2
      ? changes.map((change) => transitionXml(zone, change, idOf(change.offsetMs))).join('')
      : wrap('Transition', '<t:To Kind="Period">trule:Standard</t:To>')
  return wrap(
    'TimeZoneDefinition',
    wrap('Periods', periods.join('')) +
      wrap('TransitionsGroups', wrap('TransitionsGroup', rules, ' Id="0"')) +
      wrap('Transitions', wrap('Transition', '<t:To Kind="Group">0</t:To>')),
    names,
  )
}
