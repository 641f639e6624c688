/** The list of pages that are made from the code: one for the script that writes them and the test that compares them. */
import { mappingPages } from '../mapping-docs.ts'
import { commandsPage } from './commands.ts'
import { configurationPage, envExample } from './configuration.ts'
import { errorsPage, exitCodesPage } from './errors.ts'
import { metricsPage } from './metrics.ts'

/** Text by path from the project's root. */
export async function generatedPages(): Promise<Record<string, string>> {
  return {
    '.env.example': envExample(),
    'docs/errors.md': errorsPage(),
    'docs/reference/commands.md': await commandsPage(),
    'docs/reference/configuration.md': configurationPage(),
    'docs/reference/exit-codes.md': exitCodesPage(),
    'docs/reference/metrics.md': metricsPage(),
    ...mappingPages(),
  }
}
