/** Development entry: runs the commands straight from TypeScript, `npx node bin/dev.ts sync run`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { main } from '../src/cli/main.ts'

const root = join(import.meta.dirname, '..')
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
packageJson.oclif.commands.target = './commands'
process.exit(await main({ root, argv: process.argv.slice(2), packageJson }))
