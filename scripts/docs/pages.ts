/** The list of pages that are made from the code, and of the app's translations: one for the script that writes them and the test that compares them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { l10nFiles } from '../app/l10n.ts'
import { mappingPages } from '../mapping-docs.ts'
import { commandsPage } from './commands.ts'
import { configurationPage, envExample } from './configuration.ts'
import { errorsPage, exitCodesPage } from './errors.ts'
import { manPage } from './man.ts'
import { metricsPage } from './metrics.ts'

function version(): string {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')).version
}

/** Text by path from the project's root. */
export async function generatedPages(): Promise<Record<string, string>> {
  return {
    '.env.example': envExample(),
    'docs/man/connector.1': await manPage(version()),
    'docs/errors.md': errorsPage(),
    'docs/reference/commands.md': await commandsPage(),
    'docs/reference/configuration.md': configurationPage(),
    'docs/reference/exit-codes.md': exitCodesPage(),
    'docs/reference/metrics.md': metricsPage(),
    ...mappingPages(),
    ...l10nFiles(join(import.meta.dirname, '../..')),
  }
}
