/**
 * Exchange's TimeZoneDefinition with its periods and transitions, read into yearly rules and written from them
 * (MS-OXWSGTZ 2.2.4.11). Exchange sends the whole definition for zones that have no well-known id (TIM-2).
 */
import type { Weekday, ZoneRules, ZoneTransition } from '../../model/time.ts'
import type { XmlNode } from './change.ts'
import { DAY } from './names.ts'
import { child, childrenOf, textAt, type XmlElement } from './xml.ts'

/** The rules of a definition as they hold in a year, or null when it has none or they are not of the yearly kind. */
export function definitionRules(definition: XmlElement, year: number): ZoneRules | null {
  const periods = new Map(
    childrenOf(child(definition, 'Periods'), 'Period').map((period) => [period.attributes.Id ?? '', period]),
  )
  const offset = (id: string): number | null => {
    const bias = durationMinutes(periods.get(id)?.attributes.Bias)
    return bias === null ? null : -bias || 0
  }
  const name = definition.attributes.Name || definition.attributes.Id || 'Custom'
  const transitions = groupInForce(definition, year)?.children ?? []
  const fixed = transitions.length === 0 && periods.size === 1 ? [...periods.keys()][0] : undefined
  if (fixed !== undefined || transitions.length === 1) {
    const standard = offset(fixed ?? textAt(transitions[0], 'To') ?? '')
    return standard === null ? null : { name, standardOffsetMinutes: standard, daylight: null }
  }
  const [one, other] = transitions.map((transition) => ({
    at: readTransition(transition),
    offset: offset(textAt(transition, 'To') ?? ''),
  }))
  if (transitions.length !== 2 || !one?.at || !other?.at || one.offset === null || other.offset === null) return null
  if (one.offset === other.offset) return { name, standardOffsetMinutes: one.offset, daylight: null }
  const [summer, winter] = one.offset > other.offset ? [one, other] : [other, one]
  if (!summer.at || !winter.at || summer.offset === null || winter.offset === null) return null
  return {
    name,
    standardOffsetMinutes: winter.offset,
    daylight: { offsetMinutes: summer.offset, start: summer.at, end: winter.at },
  }
}

/** The transitions group that the definition's own timeline names for the middle of the year. */
function groupInForce(definition: XmlElement, year: number): XmlElement | undefined {
  const groups = childrenOf(child(definition, 'TransitionsGroups'), 'TransitionsGroup')
  let inForce: string | undefined
  for (const step of child(definition, 'Transitions')?.children ?? []) {
    const since = textAt(step, 'DateTime')
    if (since === undefined || Number(since.slice(0, 4)) <= year) inForce = textAt(step, 'To')
  }
  return groups.find((group) => group.attributes.Id === inForce) ?? groups[0]
}

function readTransition(element: XmlElement): ZoneTransition | null {
  const weekday = DAY.fromEws.get(textAt(element, 'DayOfWeek') ?? '')
  const minutes = durationMinutes(textAt(element, 'TimeOffset'))
  const occurrence = Number(textAt(element, 'Occurrence'))
  const month = Number(textAt(element, 'Month'))
  const week = occurrence === -1 ? 5 : occurrence
  if (!isWeekday(weekday) || minutes === null || !isWeek(week) || !(month >= 1 && month <= 12)) return null
  const clock = `${pad(Math.floor(minutes / 60))}:${pad(Math.floor(minutes % 60))}:00`
  return { month, week, weekday, time: clock }
}

function isWeekday(day: string | undefined): day is Weekday {
  return day !== undefined && day.length === 2
}

function isWeek(week: number): week is ZoneTransition['week'] {
  return Number.isInteger(week) && week >= 1 && week <= 5
}

/** XML Schema durations as zones have them (`-PT60M`, `PT2H`, `P0D`, `PT0S`), in minutes. */
function durationMinutes(text: string | undefined): number | null {
  const match = /^(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/.exec(text?.trim() ?? '')
  if (!match) return null
  const [, minus, days, hours, minutes, seconds] = match
  const total = Number(days ?? 0) * 1440 + Number(hours ?? 0) * 60 + Number(minutes ?? 0) + Number(seconds ?? 0) / 60
  return minus === undefined ? total : -total
}

/** A whole definition for rules that no well-known Windows zone has. `element`: StartTimeZone or EndTimeZone. */
export function definitionNode(element: string, rules: ZoneRules): XmlNode {
  const period = (id: string, offsetMinutes: number): XmlNode => ({
    name: 'Period',
    attributes: { Bias: `${offsetMinutes > 0 ? '-' : ''}PT${Math.abs(offsetMinutes)}M`, Name: id, Id: id },
  })
  const { daylight } = rules
  const periods = [period('Standard', rules.standardOffsetMinutes)]
  if (daylight) periods.push(period('Daylight', daylight.offsetMinutes))
  const transitions = daylight
    ? [transitionNode('Daylight', daylight.start), transitionNode('Standard', daylight.end)]
    : [{ name: 'Transition', children: [target('Period', 'Standard')] }]
  return {
    name: element,
    attributes: { Id: rules.name, Name: rules.name },
    children: [
      { name: 'Periods', children: periods },
      {
        name: 'TransitionsGroups',
        children: [{ name: 'TransitionsGroup', attributes: { Id: '0' }, children: transitions }],
      },
      { name: 'Transitions', children: [{ name: 'Transition', children: [target('Group', '0')] }] },
    ],
  }
}

function transitionNode(period: string, at: ZoneTransition): XmlNode {
  const [hours = '0', minutes = '0'] = at.time.split(':')
  return {
    name: 'RecurringDayTransition',
    children: [
      target('Period', period),
      { name: 'TimeOffset', text: `PT${Number(hours) * 60 + Number(minutes)}M` },
      { name: 'Month', text: String(at.month) },
      { name: 'DayOfWeek', text: DAY.toEws[at.weekday] },
      { name: 'Occurrence', text: String(at.week === 5 ? -1 : at.week) },
    ],
  }
}

function target(kind: 'Period' | 'Group', id: string): XmlNode {
  return { name: 'To', attributes: { Kind: kind }, text: id }
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
