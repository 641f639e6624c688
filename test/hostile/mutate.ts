/** Damages a text by chance, the way broken programs, cut connections and attackers do. The same seed damages it the same way. */
import type { Chance } from '../sim/chance.ts'

/** What parsers stumble over. */
const NASTY = [
  '\u0000',
  '\u001A',
  '\uFEFF',
  '\uFFFD',
  '\uD800',
  '\u202E',
  '\r',
  '\n',
  '\r\n ',
  '"',
  ';',
  ':',
  ',',
  '\\',
  '&',
  '<',
  '>',
  ']]>',
  '&#x0;',
  '&#xD800;',
  '&lol;',
  '<!DOCTYPE x>',
  '%00',
  '99999999999999999999',
  '-1',
  '0',
  '1e309',
  '20260230T250000Z',
  '00010101',
  '99991231T235959',
  'P99999999W',
  'NaN',
  '__proto__',
  'constructor',
  '😀',
  '\u0301',
] as const

const DAMAGES_MAX = 4
/** A longer text is slow without being any stranger. */
const REPEAT_MAX = 200

export function mutate(text: string, others: readonly string[], chance: Chance): string {
  let result = text
  for (let left = 1 + chance.below(DAMAGES_MAX); left > 0; left--) result = damaged(result, others, chance)
  return result
}

function damaged(text: string, others: readonly string[], chance: Chance): string {
  const at = chance.below(text.length + 1)
  const end = Math.min(text.length, at + 1 + chance.below(12))
  const nasty = chance.pick(NASTY) ?? ''
  switch (chance.below(12)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + text.slice(end)
    case 2:
      return text.slice(0, at) + nasty + text.slice(at)
    case 3:
      return text.slice(0, at) + nasty + text.slice(end)
    case 4:
      return text.slice(0, at) + String.fromCharCode(chance.below(0x10000)) + text.slice(at + 1)
    case 5:
      return text.slice(0, at) + text.slice(at, end).repeat(1 + chance.below(REPEAT_MAX)) + text.slice(end)
    case 6:
      return onLines(text, chance, (lines, from, to) => lines.splice(to, 0, ...lines.splice(from, 1)))
    case 7:
      return onLines(text, chance, (lines, from) => lines.splice(from, 1))
    case 8:
      return onLines(text, chance, (lines, from, to) => lines.splice(to, 0, lines[from] ?? ''))
    case 9:
      return withNumber(text, chance)
    case 10: {
      const other = chance.pick(others) ?? ''
      const from = chance.below(other.length + 1)
      return text.slice(0, at) + other.slice(from, from + chance.below(200)) + text.slice(end)
    }
    default:
      return text.slice(0, at) + swappedCase(text.slice(at, end)) + text.slice(end)
  }
}

function onLines(text: string, chance: Chance, change: (lines: string[], from: number, to: number) => void): string {
  const lines = text.split('\n')
  change(lines, chance.below(lines.length), chance.below(lines.length))
  return lines.join('\n')
}

/** One of its numbers becomes another one. */
function withNumber(text: string, chance: Chance): string {
  const numbers = [...text.matchAll(/\d+/g)]
  const found = chance.pick(numbers)
  if (!found) return text
  const numeral = chance.pick(['0', '-1', '1', '999', '2147483648', '9007199254740993', '99999999', '3.5', '']) ?? ''
  return text.slice(0, found.index) + numeral + text.slice(found.index + found[0].length)
}

function swappedCase(text: string): string {
  const upper = text.toUpperCase()
  return upper === text ? text.toLowerCase() : upper
}
