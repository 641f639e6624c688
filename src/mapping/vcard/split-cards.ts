/** Splits a vCard file, an export with many cards, into single cards. */

/** Each from its BEGIN to its END line, as it stands; a card without END reaches to the end of the file. */
export function splitCards(text: string): string[] {
  const starts = [...text.matchAll(/^BEGIN:VCARD\s*$/gim)].map((match) => match.index)
  return starts.map((start, index) => text.slice(start, starts[index + 1]))
}
