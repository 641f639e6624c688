/** What a VTIMEZONE says (RFC 5545 section 3.6.5): its offset at a time and its rules in a year, whoever wrote it and in whatever style. */
import { ZONE_OBSERVANCES_MAX } from '../../limits.ts'
import { civilOf, DAY_MS, dayNumber, daysInMonth, WEEKDAYS, wallMsOf, weekdayIndexOf } from '../../model/civil.ts'
import type { ZoneRules, ZoneTransition } from '../../model/time.ts'
import { transitionAtWall } from '../zones-rules.ts'
import { type Component, lineOf, linesOf } from './document.ts'
import { rruleParts } from './rrule-parts.ts'
import { localTextOfValue } from './values.ts'

/** One STANDARD or DAYLIGHT. Wall clock times count in the offset before the onset. */
export type Observance = {
  fromMinutes: number
  toMinutes: number
  startWallMs: number
  extraWallMs: number[]
  rule: ReadonlyMap<string, string> | null
  /** Last onset that the rule may give. */
  untilWallMs: number | null
}

type Onset = { wallMs: number; observance: Observance }

/** Its observances; none when there are more than any zone's history has. */
export function observancesOf(zone: Component): Observance[] {
  const out: Observance[] = []
  if (zone.children.length > ZONE_OBSERVANCES_MAX) return out
  for (const node of zone.children) {
    if (node.kind !== 'component') continue
    const start = localTextOfValue(lineOf(node, 'DTSTART')?.value ?? '')
    const toMinutes = offsetOf(lineOf(node, 'TZOFFSETTO')?.value)
    if (start === null || toMinutes === null) continue
    const extras = linesOf(node, 'RDATE').flatMap((line) => line.value.split(','))
    const rule = lineOf(node, 'RRULE')
    const fromMinutes = offsetOf(lineOf(node, 'TZOFFSETFROM')?.value) ?? toMinutes
    const parts = rule ? rruleParts(rule.value) : null
    out.push({
      fromMinutes,
      toMinutes,
      startWallMs: wallMsOf(start),
      extraWallMs: extras.flatMap((text) => localTextOfValue(text) ?? []).map(wallMsOf),
      rule: parts,
      untilWallMs: untilOf(parts?.get('UNTIL'), fromMinutes),
    })
  }
  return out
}

/** Offset in minutes at a wall clock time; before the first onset that of the first observance's `from`; null without observances. */
export function offsetAtWall(observances: readonly Observance[], wallMs: number): number | null {
  const { year } = civilOf(Math.floor(wallMs / DAY_MS))
  let latest: Onset | null = null
  for (const observance of observances) {
    for (const onset of onsetsUpTo(observance, year))
      if (onset <= wallMs && (!latest || onset > latest.wallMs)) latest = { wallMs: onset, observance }
  }
  if (latest) return latest.observance.toMinutes
  const first = observances.toSorted((one, other) => one.startWallMs - other.startWallMs)[0]
  return first ? first.fromMinutes : null
}

/** Standard and daylight time in a year, when that is what it says; else the one offset at `wallMs`, a time of that year. */
export function rulesFromVtimezone(name: string, observances: readonly Observance[], wallMs: number): ZoneRules | null {
  const { year } = civilOf(Math.floor(wallMs / DAY_MS))
  const changes = observances
    .flatMap((observance) => onsetsIn(observance, year).map((onset) => ({ wallMs: onset, observance })))
    .filter(({ observance }) => observance.fromMinutes !== observance.toMinutes)
    .toSorted((one, other) => one.wallMs - other.wallMs)
  const [one, two] = changes
  if (one && two && changes.length === 2 && one.observance.toMinutes === two.observance.fromMinutes) {
    const [start, end] = one.observance.toMinutes > two.observance.toMinutes ? [one, two] : [two, one]
    if (start.observance.fromMinutes === end.observance.toMinutes) {
      return {
        name,
        standardOffsetMinutes: end.observance.toMinutes,
        daylight: { offsetMinutes: start.observance.toMinutes, start: transition(start), end: transition(end) },
      }
    }
  }
  const offset = offsetAtWall(observances, wallMs)
  return offset === null ? null : { name, standardOffsetMinutes: offset, daylight: null }
}

/** "+0100", "-033000" in minutes. */
function offsetOf(value: string | undefined): number | null {
  const match = /^\s*([+-]?)(\d{2}):?(\d{2}):?(\d{2})?\s*$/.exec(value ?? '')
  if (!match) return null
  const minutes = Number(match[2]) * 60 + Number(match[3]) + Number(match[4] ?? 0) / 60
  return match[1] === '-' ? -minutes : minutes
}

function transition({ wallMs, observance }: Onset): ZoneTransition {
  const change = transitionAtWall(wallMs)
  const week = /^([1-4])[A-Z]{2}$/.exec(observance.rule?.get('BYDAY') ?? '')
  return week ? { ...change, week: Number(week[1]) as ZoneTransition['week'] } : change
}

/** Onsets in the year and, so that the state at its beginning is known, the last one before it. */
function onsetsUpTo(observance: Observance, year: number): number[] {
  const out = [...onsetsIn(observance, year), ...onsetsIn(observance, year - 1), observance.startWallMs]
  out.push(...observance.extraWallMs)
  const until = observance.untilWallMs
  if (observance.rule && until !== null) {
    const lastYear = civilOf(Math.floor(until / DAY_MS)).year
    if (lastYear < year - 1) out.push(...onsetsIn(observance, lastYear), ...onsetsIn(observance, lastYear - 1))
  }
  return out
}

function onsetsIn(observance: Observance, year: number): number[] {
  const single = [observance.startWallMs, ...observance.extraWallMs].filter(
    (wallMs) => civilOf(Math.floor(wallMs / DAY_MS)).year === year,
  )
  if (observance.rule?.get('FREQ') !== 'YEARLY') return [...new Set(single)]
  const onset = ruleOnset(observance, observance.rule, year)
  const until = observance.untilWallMs
  if (onset !== null && onset >= observance.startWallMs && (until === null || onset <= until)) single.push(onset)
  return [...new Set(single)]
}

function ruleOnset(observance: Observance, rule: ReadonlyMap<string, string>, year: number): number | null {
  const startDay = Math.floor(observance.startWallMs / DAY_MS)
  const start = civilOf(startDay)
  if ((year - start.year) % Number(rule.get('INTERVAL') ?? 1) !== 0) return null
  if (rule.has('COUNT') && year - start.year >= Number(rule.get('COUNT'))) return null
  const month = Number(rule.get('BYMONTH') ?? start.month)
  const monthDays = rule.get('BYMONTHDAY')?.split(',').map(Number) ?? null
  const byDay = /^([+-]?\d)?([A-Z]{2})$/.exec(rule.get('BYDAY') ?? '')
  const first = dayNumber(year, month, 1)
  const length = daysInMonth(year, month)
  const fits: number[] = []
  for (let day = 1; day <= length; day += 1) {
    if (monthDays && !monthDays.includes(day) && !monthDays.includes(day - length - 1)) continue
    if (byDay && WEEKDAYS[weekdayIndexOf(first + day - 1)] !== byDay[2]) continue
    if (!byDay && !monthDays && day !== start.day) continue
    fits.push(first + day - 1)
  }
  const position = Number(byDay?.[1] ?? 1)
  const chosen = position < 0 ? fits.at(position) : fits[position - 1]
  return chosen === undefined ? null : chosen * DAY_MS + (observance.startWallMs - startDay * DAY_MS)
}

/** UNTIL is in UTC here (section 3.6.5); a floating one is taken as wall clock. */
function untilOf(text: string | undefined, fromMinutes: number): number | null {
  const local = text ? localTextOfValue(text) : null
  if (!text || local === null) return null
  return wallMsOf(local) + (/z$/i.test(text) ? fromMinutes * 60_000 : text.length === 8 ? DAY_MS : 0)
}
