/** VTIMEZONE components for the zones that a document uses (TIM-1): true for every year from the item's first on, and the same text each time. */
import { ZONE_FUTURE_YEAR, ZONE_MEMO_MAX, ZONE_PAST_YEAR } from '../../limits.ts'
import { localTextOf } from '../../model/civil.ts'
import type { ZoneRules, ZoneTransition } from '../../model/time.ts'
import { transitionWallMs } from '../../model/zone-time.ts'
import { memoize } from '../memo.ts'
import { offsetAtYearStart, offsetChanges, yearRules } from '../zones-rules.ts'
import { type Component, newComponent } from './document.ts'
import { makeLine } from './lines.ts'
import { escapeText } from './text.ts'
import { localValue, utcValue } from './values.ts'

/** From and to in minutes east of UTC; the onset in wall clock before the change; `yearly` repeats it, up to `untilMs` if given. */
type Observance = {
  from: number
  to: number
  onsetWallMs: number
  yearly?: { rule: ZoneTransition; untilMs?: number }
}

type Years = { first: number; last: number; rules: ZoneRules | null }

const MINUTE_MS = 60_000
const databaseMemo = memoize(computeDatabaseZone, ZONE_MEMO_MAX)

/** For a database zone, from `fromYear` on (earlier years are covered as far as the same rules held). */
export function vtimezoneOf(zone: string, fromYear: number): Component {
  return toComponent(zone, databaseMemo(`${Math.min(fromYear, ZONE_FUTURE_YEAR)} ${zone}`))
}

/** For a zone that only its rules describe. */
export function vtimezoneOfRules(tzid: string, rules: ZoneRules, fromYear: number): Component {
  const first = Math.min(fromYear - 1, ZONE_PAST_YEAR)
  return toComponent(tzid, rules.daylight ? yearlyObservances(rules, first) : [fixedObservance(rules, first)])
}

function computeDatabaseZone(key: string): readonly Observance[] {
  const fromYear = Number(key.slice(0, key.indexOf(' ')))
  const zone = key.slice(key.indexOf(' ') + 1)
  const spans = sameRules(zone, firstYear(zone, fromYear))
  return spans.flatMap((years, index) => observances(zone, years, index === 0))
}

/** The year before the item, or as far back as its rules reach: the text then does not depend on the item's year. */
function firstYear(zone: string, fromYear: number): number {
  const rules = rulesText(yearRules(zone, fromYear))
  let year = fromYear - 1
  if (rules === null || rulesText(yearRules(zone, year)) !== rules) return year
  while (year > ZONE_PAST_YEAR && rulesText(yearRules(zone, year - 1)) === rules) year -= 1
  return year
}

function sameRules(zone: string, first: number): Years[] {
  const out: Years[] = []
  for (let year = first; year <= ZONE_FUTURE_YEAR; year += 1) {
    const rules = yearRules(zone, year)
    const last = out.at(-1)
    if (last?.rules && rules && rulesText(last.rules) === rulesText(rules)) last.last = year
    else out.push({ first: year, last: year, rules })
  }
  return out
}

function rulesText(rules: ZoneRules | null): string | null {
  return rules && JSON.stringify(rules)
}

function observances(zone: string, years: Years, isFirst: boolean): Observance[] {
  const { first, last, rules } = years
  if (rules?.daylight && (last > first || last >= ZONE_FUTURE_YEAR)) {
    const untilYear = last >= ZONE_FUTURE_YEAR ? null : last
    return yearlyObservances(rules, first, untilYear)
  }
  const changes = offsetChanges(zone, first).map((change) => ({
    from: change.beforeMinutes,
    to: change.afterMinutes,
    onsetWallMs: change.atMs + change.beforeMinutes * MINUTE_MS,
  }))
  if (!isFirst) return changes
  const offset = offsetAtYearStart(zone, first)
  return [{ from: offset, to: offset, onsetWallMs: Date.UTC(first, 0, 1) }, ...changes]
}

function yearlyObservances(rules: ZoneRules, first: number, untilYear: number | null = null): Observance[] {
  const { daylight, standardOffsetMinutes: standard } = rules
  if (!daylight) return []
  const observance = (from: number, to: number, rule: ZoneTransition): Observance => {
    const untilMs = untilYear === null ? null : transitionWallMs(rule, untilYear) - from * MINUTE_MS
    const yearly = untilMs === null ? { rule } : { rule, untilMs }
    return { from, to, onsetWallMs: transitionWallMs(rule, first), yearly }
  }
  return [
    observance(standard, daylight.offsetMinutes, daylight.start),
    observance(daylight.offsetMinutes, standard, daylight.end),
  ]
}

function fixedObservance(rules: ZoneRules, first: number): Observance {
  const offset = rules.standardOffsetMinutes
  return { from: offset, to: offset, onsetWallMs: Date.UTC(first, 0, 1) }
}

function toComponent(tzid: string, list: readonly Observance[]): Component {
  const zone = newComponent('VTIMEZONE', [makeLine('TZID', '', escapeText(tzid))])
  for (const { from, to, onsetWallMs, yearly } of list) {
    const lines = [
      makeLine('DTSTART', '', localValue(localTextOf(onsetWallMs))),
      makeLine('TZOFFSETFROM', '', offsetText(from)),
      makeLine('TZOFFSETTO', '', offsetText(to)),
    ]
    if (yearly) lines.push(makeLine('RRULE', '', ruleText(yearly.rule, yearly.untilMs)))
    zone.children.push(newComponent(to > from ? 'DAYLIGHT' : 'STANDARD', lines))
  }
  return zone
}

function ruleText({ month, week, weekday }: ZoneTransition, untilMs: number | undefined): string {
  const until = untilMs === undefined ? '' : `UNTIL=${utcValue(untilMs)};`
  return `FREQ=YEARLY;${until}BYMONTH=${month};BYDAY=${week === 5 ? -1 : week}${weekday}`
}

function offsetText(minutes: number): string {
  const seconds = Math.round(Math.abs(minutes) * 60)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  if (parts[2] === 0) parts.pop()
  return (minutes < 0 ? '-' : '+') + parts.map((part) => String(part).padStart(2, '0')).join('')
}
