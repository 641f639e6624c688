/**
 * Files inside an event: ATTACH with its content in base64 (RFC 5545 section 3.8.1.1), or as a data: URI. Links, Nextcloud's own managed
 * attachments among them (RFC 8607), are no files of the event: they stay as they are.
 */
import { type EventFile, fileOf, uniqueFiles } from '../../model/file.ts'
import { type Component, componentsOf, insertLine, linesOf, parseDocument, replaceLine } from './document.ts'
import { type ContentLine, makeLine, param, paramOf, withParam } from './lines.ts'
import { cleanLabel } from './text.ts'

/** Contents in base64 by their hash. */
export type FileContents = ReadonlyMap<string, string>

/** Where programs put the name: RFC 8607 section 4.2, then what was used before it. */
const NAMES = ['FILENAME', 'X-FILENAME', 'X-APPLE-FILENAME', 'X-ORACLE-FILENAME', 'X-LABEL', 'LABEL']
const DATA_URI = /^data:([^;,]*)(?:;[^;,]*)*;base64,([\s\S]*)$/i

type Inline = { line: ContentLine; base64: string; file: EventFile }

export function readFiles(component: Component): EventFile[] {
  return uniqueFiles(inlineFiles(component).map(({ file }) => file))
}

/** Content of the file with this hash in a document, or null. */
export function fileContent(text: string, hash: string): string | null {
  for (const event of componentsOf(parseDocument(text), 'VEVENT')) {
    const found = inlineFiles(event).find(({ file }) => file.hash === hash)
    if (found) return found.base64
  }
  return null
}

/** Writes what differs. True when anything did. A file whose content is not at hand cannot be written: reading back tells. */
export function patchFiles(component: Component, wanted: readonly EventFile[], contents: FileContents): boolean {
  let changed = false
  const byHash = new Map(wanted.map((file) => [file.hash, file]))
  const held = new Set<string>()
  for (const { line, file } of inlineFiles(component)) {
    const want = byHash.get(file.hash)
    held.add(file.hash)
    if (want?.name === file.name) continue
    // A second line with the same content under another name counts under the first of both names.
    if (want && readFiles(component).some(({ hash, name }) => hash === want.hash && name === want.name)) continue
    replaceLine(component, line, want ? withParam(withoutNames(line), 'FILENAME', cleanLabel(want.name)) : null)
    changed = true
  }
  for (const file of wanted) {
    const base64 = held.has(file.hash) ? undefined : contents.get(file.hash)
    if (base64 === undefined) continue
    insertLine(component, fileLine(file, base64), 'ATTACH')
    changed = true
  }
  return changed
}

/** Takes the contents out: an override that is made from its series must not carry them all again. */
export function dropFiles(component: Component): void {
  for (const { line } of inlineFiles(component)) replaceLine(component, line, null)
}

function inlineFiles(component: Component): Inline[] {
  return linesOf(component, 'ATTACH').flatMap((line) => {
    const base64 = base64Of(line)
    const name = NAMES.map((one) => paramOf(line, one)).find((one) => one !== null) ?? null
    const mediaType = paramOf(line, 'FMTTYPE') ?? DATA_URI.exec(line.value)?.[1] ?? null
    const file = base64 === null ? null : fileOf(base64, { name: name && cleanLabel(name), mediaType })
    return base64 === null || file === null ? [] : [{ line, base64, file }]
  })
}

function base64Of(line: ContentLine): string | null {
  const isBinary = paramOf(line, 'VALUE')?.toUpperCase() === 'BINARY' || paramOf(line, 'ENCODING') !== null
  return isBinary ? line.value : (DATA_URI.exec(line.value)?.[2] ?? null)
}

function withoutNames(line: ContentLine): ContentLine {
  return NAMES.reduce((left, name) => withParam(left, name, null), line)
}

function fileLine({ name, mediaType }: EventFile, base64: string): ContentLine {
  const type = mediaType === '' ? '' : `;FMTTYPE=${mediaType}`
  const params = `${type};ENCODING=BASE64;VALUE=BINARY${param('FILENAME', cleanLabel(name))}`
  return makeLine('ATTACH', params, base64.replace(/\s+/g, ''))
}
