/** Creates the tables of the database or brings them to this version. */
import { BaseCommand } from '../../src/cli/base-command.ts'

export class DbMigrate extends BaseCommand {
  static override summary = 'Create or update the tables of the database.'
  static override description = 'Safe to run again: a database of this version is left as it is.'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  override async run() {
    const { flags } = await this.parse(DbMigrate)
    const { from, to } = await this.withConnector(flags, (connector) => connector.store.migrate())
    if (!flags.quiet) this.print(done(from, to))
    return { from, to }
  }
}

function done(from: number, to: number): string {
  if (from === to) return `The database is up to date (schema ${to}).`
  return from === 0
    ? `The tables are made (schema ${to}).`
    : `The tables are brought up to date (schema ${from} -> ${to}).`
}
