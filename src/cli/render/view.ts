/** What a renderer needs to know of the terminal: its width and whether it shows colours. Renderers are pure: report in, text out. */
import { styleText } from 'node:util'

export type Style = 'green' | 'yellow' | 'red' | 'bold' | 'dim'
export type View = { width: number; paint: (style: Style, text: string) => string }

const WIDTH_DEFAULT = 80
/** Narrower ones would leave no room for a title beside its time. */
const WIDTH_MIN = 40
/** Wider lines are hard to follow by eye. */
const WIDTH_MAX = 160

export const PLAIN: View = { width: WIDTH_DEFAULT, paint: (_, text) => text }

/** Null where no terminal is: lines are then left whole for the program that reads them. */
export function terminalWidth(stream: NodeJS.WriteStream): number | null {
  return stream.isTTY ? widthOf(stream) : null
}

function widthOf(stream: NodeJS.WriteStream): number {
  return Math.min(WIDTH_MAX, Math.max(WIDTH_MIN, stream.columns || WIDTH_DEFAULT))
}

/** Colours on a terminal that has them, unless NO_COLOR or `TERM=dumb` says otherwise. */
export function viewOf(stream: NodeJS.WriteStream): View {
  return { width: widthOf(stream), paint: (style, text) => styleText(style, text, { stream, validateStream: true }) }
}
