/** The shape in which a resource offers its properties: a name and how to make the value, made only when it was asked for. */
import { dav } from '../names.ts'
import { el, hrefEl, textEl, type XmlOut } from '../xml.ts'

export type PropertyTable = Map<string, () => XmlOut>

export class PropertyTableBuilder {
  readonly table: PropertyTable = new Map()

  text(name: string, value: () => string): this {
    this.table.set(name, () => textEl(name, value()))
    return this
  }

  href(name: string, value: () => string): this {
    this.table.set(name, () => el(name, [hrefEl(value())]))
    return this
  }

  elements(name: string, children: () => XmlOut[]): this {
    this.table.set(name, () => el(name, children()))
    return this
  }

  /** Names of empty elements, as in resourcetype. */
  names(name: string, values: readonly string[]): this {
    this.table.set(name, () =>
      el(
        name,
        values.map((value) => el(value)),
      ),
    )
    return this
  }

  stored(values: Iterable<XmlOut>): this {
    for (const value of values) this.table.set(value.name, () => value)
    return this
  }
}

export const httpDate = (ms: number): string => new Date(ms).toUTCString()

export function privileges(names: readonly string[]): XmlOut[] {
  return names.map((name) => el(dav('privilege'), [el(name)]))
}

export function supportedReports(names: readonly string[]): XmlOut[] {
  return names.map((name) => el(dav('supported-report'), [el(dav('report'), [el(name)])]))
}
