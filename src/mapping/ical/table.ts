/**
 * What a table of mapped properties is made of. The tables stand beside the lenses; docs/mapping is made from them, and a test
 * tries every row on the lenses, so that the pages cannot say what the code does not do.
 */

/** A unit of the model, as people call it. */
export type MappedField = {
  /** Field path of the flat form; one that ends in `:` stands for all its elements. */
  path: string
  label: string
  /** `toNextcloud`: Exchange's server owns it, the sync never writes it there. */
  direction: 'both' | 'toNextcloud'
  limits: readonly Limit[]
}

/** A value that Exchange does not hold, and what becomes of it. */
export type Limit = {
  says: string
  /** Native lines that have it. */
  lines: readonly string[]
  /** The loss that names it, `path reason`. */
  loss: string
  /** Elements that Exchange holds already, where that matters. */
  onto?: readonly string[]
}

/** Two native fragments that differ in this property alone: content lines, or elements of the types namespace. */
export type Probe = { from: readonly string[]; to: readonly string[] }

/** A property of one side. */
export type NativeProperty = {
  property: string
  /** The field that it is part of; null: the model does not hold it, it stays in its own document through every change. */
  path: string | null
  note?: string
  probe: Probe
}

export function limit(says: string, loss: string, ...lines: string[]): Limit {
  return { says, loss, lines }
}
