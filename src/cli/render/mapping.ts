/** What a file's items become on the other side, and what does not fit there. */
import type { MappedItem, MappingReport } from '../../ports/mapping-report.ts'
import { fieldText, lossText, whenText } from './action.ts'
import { safe, wrap } from './text.ts'
import type { View } from './view.ts'
import { SIDE_WORDS } from './words.ts'

function itemLines(item: MappedItem, report: MappingReport, view: View): string[] {
  const to = SIDE_WORDS[report.to]
  const name = `${whenText(item.when)}  ${safe(item.title) || '(no title)'}`
  const losses = [...new Set(item.losses.map(lossText))]
  const changed = [...new Set(item.changedOnReturn.map(fieldText))]
  const lines = [`${item.fits ? view.paint('green', '+') : view.paint('red', '!')} ${wrap(name, view.width - 2)}`]
  if (!item.fits)
    lines.push(wrap(`cannot be written to ${to}; it stays on ${SIDE_WORDS[report.from]}`, view.width, '    '))
  for (const loss of losses)
    lines.push(view.paint('yellow', wrap(`does not fit on ${to}: ${loss}`, view.width, '    ')))
  if (item.stays.length > 0)
    lines.push(
      view.paint(
        'dim',
        wrap(`stays on ${SIDE_WORDS[report.from]}: ${item.stays.map(safe).join(', ')}`, view.width, '    '),
      ),
    )
  if (changed.length > 0)
    lines.push(view.paint('red', wrap(`differs on the way back: ${changed.join(', ')}`, view.width, '    ')))
  return lines
}

/** What the connector understands of the item, field by field. */
function modelLines({ model }: MappedItem): string[] {
  return Object.entries(model).map(([path, value]) => safe(`    ${path}: ${JSON.stringify(value)}`))
}

/** `withDocuments`: also what is understood of each item, and the native documents that the other side would get. */
export function renderMapping(report: MappingReport, view: View, withDocuments: boolean): string {
  const lines = [`${SIDE_WORDS[report.from]} -> ${SIDE_WORDS[report.to]} and back`, '']
  for (const item of report.items) {
    lines.push(...itemLines(item, report, view))
    if (withDocuments) lines.push('', ...modelLines(item), '')
    if (withDocuments && item.written !== null) lines.push(...item.written.split(/\r?\n/).map(safe), '')
  }
  for (const problem of report.problems) lines.push(view.paint('red', wrap(`! ${safe(problem)}`, view.width)))
  const whole = report.items.filter((item) => item.fits && item.losses.length === 0).length
  const none = report.items.filter((item) => !item.fits).length
  const partly = report.items.length - whole - none
  const unread = report.problems.length > 0 ? `, ${report.problems.length} unreadable` : ''
  const count = `${report.items.length} ${report.items.length === 1 ? 'item' : 'items'}`
  return [...lines, '', `${count}: ${whole} fit, ${partly} with losses, ${none} not at all${unread}`].join('\n')
}
