/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 * What an administrator types, read: domains, and lists for the bulk enrolment. Pure; the server checks all of it again.
 */
import type { ImportRow } from './types.ts'

/** A domain as it is compared: lower case, ASCII (a name such as "bücher.example" becomes "xn--bcher-kva.example"); null if it is none. */
export function domainOf(text: string): string | null {
  const bare = text.trim().replace(/^@/, '')
  if (bare === '' || /[\s/:?#@%]/.test(bare) || !URL.canParse(`https://${bare}`)) return null
  const { hostname } = new URL(`https://${bare}`)
  return /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(hostname) ? hostname : null
}

/** Each domain once, in the order given, and what is none. Separated by commas, spaces or lines. */
export function domainsOf(text: string): { domains: string[]; wrong: string[] } {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '')
  const domains = parts.map((part) => domainOf(part))
  return {
    domains: [...new Set(domains.filter((domain) => domain !== null))],
    wrong: parts.filter((_, index) => domains[index] === null),
  }
}

export type ImportTotals = Record<ImportRow['outcome'], number>

export function importTotals(rows: readonly ImportRow[]): ImportTotals {
  const totals: ImportTotals = { new: 0, changed: 0, same: 0, refused: 0 }
  for (const { outcome } of rows) totals[outcome] += 1
  return totals
}

/** What to show of a long list: what was refused first, then what changes; `more` is how many are left out. */
export function importPreview(rows: readonly ImportRow[], max: number): { shown: ImportRow[]; more: number } {
  const order: readonly ImportRow['outcome'][] = ['refused', 'changed', 'new', 'same']
  const sorted = [...rows].sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome) || a.line - b.line)
  return { shown: sorted.slice(0, max), more: Math.max(0, sorted.length - max) }
}
