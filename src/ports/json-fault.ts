/**
 * Where a JSON text that a person wrote is broken, without a word of it: the parser's own message quotes the text, which may be a password,
 * and names no place.
 */
export function jsonFault(text: string): string {
  // Every beginning of a beginning that may still become JSON may become it, too: the longest one is found by halving.
  let good = 0
  let bad = text.length + 1
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (mayBegin(text.slice(0, middle))) good = middle
    else bad = middle
  }
  if (good === text.length) return 'is not valid JSON: it ends too early'
  const lines = text.slice(0, good).split('\n')
  return `is not valid JSON: line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`
}

/** Broken only because it ends there. */
function mayBegin(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const position = /at position (\d+)/.exec(message)?.[1]
    return /end of JSON|Unterminated/.test(message) || Number(position) === text.length
  }
}
