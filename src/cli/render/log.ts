/** Lines of the log for people: when, how bad, whose, what, and the fields below it. */
import type { LogEntry } from '../../ports/administration.ts'
import { secondsText } from './span.ts'
import { safe, wrap } from './text.ts'
import type { Style, View } from './view.ts'

const STYLES: Readonly<Record<string, Style>> = { error: 'red', warn: 'yellow', debug: 'dim' }
/** A stack is told by --json; here it would hide the lines around it. */
const FIELD_WIDTH_MAX = 200

export function logLine(entry: LogEntry, view: View): string {
  const { atMs, level, email, passId, replica, message, fields } = entry
  const whose = email === null ? '' : ` ${safe(email)}`
  const head = wrap(`${secondsText(atMs)} ${level.padEnd(5)}${whose} ${safe(message)}`, view.width, '').replaceAll(
    '\n',
    '\n  ',
  )
  const style = STYLES[level]
  const words = [...Object.entries(fields).map(fieldText), ...(passId === null ? [] : [`pass=${passId.slice(0, 8)}`])]
  const more = wrap([...words, `replica=${safe(replica)}`].join(' '), view.width, '    ')
  return `${style === undefined ? head : view.paint(style, head)}\n${view.paint('dim', more)}`
}

function fieldText([name, value]: [string, unknown]): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  const shown = safe(text).slice(0, FIELD_WIDTH_MAX)
  return `${safe(name)}=${shown.includes(' ') ? JSON.stringify(shown) : shown}`
}

export type LogPlace = { isOn: boolean; level: string }

/** `place`: what this machine's configuration says of the log in the database. */
export function renderLog(entries: readonly LogEntry[], place: LogPlace, view: View): string {
  if (entries.length > 0) {
    const count = `${entries.length} ${entries.length === 1 ? 'line' : 'lines'}, times in UTC`
    return [...entries.map((entry) => logLine(entry, view)), '', count].join('\n')
  }
  const why = place.isOn
    ? `It keeps the level ${place.level} and what is worse (Service__LoggingConfiguration__LogLevel).`
    : 'It is not switched on here: add 2 to Service__LoggingConfiguration__LogsOutput (docs/logs.md).'
  return wrap(`The log in the database has no line that fits. ${why}`, view.width)
}
