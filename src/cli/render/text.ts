/** Text for a terminal: made harmless, measured in columns and cut to fit. Titles come from strangers' invitations. */

/** Control, format and bidi characters could move the cursor, hide text or reorder a line. Joiners inside emoji are kept. */
export function safe(text: string): string {
  const oneLine = text.replace(/[\r\n\t\u2028\u2029]+/g, ' ')
  return oneLine.replace(/[\p{Cc}\p{Cs}\p{Co}]|(?![\u200C\u200D])\p{Cf}/gu, '\uFFFD')
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** East Asian wide characters and emoji take two columns (UAX 11), combining marks none. */
const WIDE =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\u33FF\u3400-\u4DBF\u4E00-\u9FFF\uA000-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\uFE0F/u

function widthOf(grapheme: string): number {
  if (/^[\p{Mn}\p{Me}\u200B-\u200D]+$/u.test(grapheme)) return 0
  return WIDE.test(grapheme) ? 2 : 1
}

/** Columns that the text takes. */
export function columns(text: string): number {
  let width = 0
  for (const { segment } of graphemes.segment(text)) width += widthOf(segment)
  return width
}

/** The text in at most `max` columns, with an ellipsis where it was cut. */
export function clip(text: string, max: number): string {
  if (columns(text) <= max) return text
  let kept = ''
  let width = 0
  for (const { segment } of graphemes.segment(text)) {
    width += widthOf(segment)
    if (width > max - 1) break
    kept += segment
  }
  return `${kept}…`
}

/** Cut or filled with blanks to exactly `width` columns. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const clipped = clip(text, width)
  const blanks = ' '.repeat(Math.max(0, width - columns(clipped)))
  return align === 'left' ? clipped + blanks : blanks + clipped
}

/** Words broken into lines of at most `width` columns, each after `indent`. Lines of the text stay lines. */
export function wrap(text: string, width: number, indent = ''): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, width, indent))
    .join('\n')
}

function wrapLine(text: string, width: number, indent: string): string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ')) {
    const joined = line === indent ? line + word : `${line} ${word}`
    if (columns(joined) > width && line !== indent) {
      lines.push(line)
      line = indent + word
    } else line = joined
  }
  return [...lines, line]
}

export type Column = { title: string; align?: 'left' | 'right'; max?: number }

/**
 * A table as wide as its contents, cut per column. Where the terminal is narrower, each row becomes a paragraph: its first cell, and below it the
 * others with their titles. Cells must already be safe.
 */
export function table(columnList: readonly Column[], rows: readonly (readonly string[])[], width = Infinity): string {
  const widths = columnList.map((column, index) => {
    const widest = Math.max(columns(column.title), ...rows.map((row) => columns(row[index] ?? '')))
    return Math.min(widest, column.max ?? widest)
  })
  if (widths.reduce((sum, one) => sum + one + 2, -2) > width) return paragraphs(columnList, rows, width)
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => pad(cell, widths[index] ?? 0, columnList[index]?.align))
      .join('  ')
      .trimEnd()
  return [line(columnList.map((column) => column.title)), ...rows.map(line)].join('\n')
}

function paragraphs(columnList: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  return rows
    .map(([first = '', ...cells]) => {
      const named = cells.map((cell, index) => `${columnList[index + 1]?.title ?? ''} ${cell}`)
      return `${clip(first, width)}\n${wrap(named.join(', '), width, '  ')}`
    })
    .join('\n')
}
