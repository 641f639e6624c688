/** What became of each setting of another connector, in words: taken, changed, of no use, not allowed, not known. Values are never shown. */
import type { Fate } from '../../config/foreign.ts'
import type { ImportResult } from '../import-config.ts'
import { safe, wrap } from './text.ts'
import type { Style, View } from './view.ts'

const KINDS: readonly { kind: Fate['kind']; title: string; style: Style }[] = [
  { kind: 'taken', title: 'Taken as they are', style: 'green' },
  { kind: 'changed', title: 'Taken and changed', style: 'green' },
  { kind: 'left', title: 'Left out, not needed', style: 'dim' },
  { kind: 'invalid', title: 'Left out, not allowed here: decide', style: 'yellow' },
  { kind: 'unknown', title: 'Left out, not known here: decide', style: 'yellow' },
]

function line(fate: Fate): string {
  switch (fate.kind) {
    case 'taken':
      return safe(fate.name)
    case 'changed':
    case 'left':
    case 'invalid':
      return `${safe(fate.name)}: ${safe(fate.why)}`
    case 'unknown':
      return `${safe(fate.name)}${fate.near === null ? '' : ` (perhaps ${fate.near}?)`}`
  }
}

function accountsLine({ accounts }: ImportResult): string {
  if (accounts === null)
    return 'No service accounts were found; name their file with --admins FILE, or write admins.json'
  return `${accounts} service ${accounts === 1 ? 'account' : 'accounts'} taken`
}

export function renderImport(result: ImportResult, view: View): string {
  const groups = KINDS.flatMap(({ kind, title, style }) => {
    const fates = result.fates.filter((fate) => fate.kind === kind)
    if (fates.length === 0) return []
    const lines = fates.map((fate) => wrap(line(fate), view.width, '    ').replace(/^ {4}/, '  '))
    return [view.paint(style, `${title} (${fates.length})`), ...lines, '']
  })
  const written =
    result.written.length > 0 ? result.written.map((path) => `Written: ${safe(path)}`) : ['Nothing was written.']
  const next = [
    'Stop the old connector first; two at once are safe, but pointless. Then:',
    '$ connector config check',
    '$ connector db migrate',
    '$ connector sync run --now --dry-run',
  ]
  return [...groups, accountsLine(result), ...written, '', ...next].join('\n')
}
