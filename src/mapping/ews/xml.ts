/** The XML tree that EWS documents are read into. Plain data: the SOAP layer parses it, the lenses read it. */

/** Names are local names (the prefix is dropped, `ns` keeps the namespace URI); text is the concatenated direct character data, untrimmed. */
export type XmlElement = {
  name: string
  ns: string
  attributes: Readonly<Record<string, string>>
  children: readonly XmlElement[]
  text: string
}

/** First child with that local name. */
export function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((candidate) => candidate.name === name)
}

/** Direct children with that local name, in document order. */
export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element ? element.children.filter((candidate) => candidate.name === name) : []
}

/** Text of the element at the end of a path of local names, or undefined. */
export function textAt(element: XmlElement | undefined, ...path: string[]): string | undefined {
  let current = element
  for (const name of path) current = current && child(current, name)
  return current?.text
}
