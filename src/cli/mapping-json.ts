/** The JSON form of `mapping dry-run`, and its exit code. */
import type { MappingReport } from '../ports/mapping-report.ts'
import { EXIT } from './exit-codes.ts'
import { lossJson, maskPath } from './json.ts'

export function mappingJson(report: MappingReport) {
  const { format, from, to, problems } = report
  const items = report.items.map((item) => ({
    uid: item.uid,
    title: item.title,
    when: item.when,
    fits: item.fits,
    model: item.model,
    losses: item.losses.map(lossJson),
    stays: item.stays,
    changedOnReturn: [...new Set(item.changedOnReturn.map(maskPath))],
    written: item.written,
  }))
  return { format, from, to, exitCode: exitOfMapping(report), items, problems }
}

/** Losses are said and accepted; an item that does not fit or cannot be read needs a look. */
export function exitOfMapping(report: MappingReport): number {
  if (report.problems.length > 0 && report.items.length === 0) return EXIT.failed
  const good =
    report.problems.length === 0 && report.items.every((item) => item.fits && item.changedOnReturn.length === 0)
  return good ? EXIT.inStep : EXIT.partly
}
