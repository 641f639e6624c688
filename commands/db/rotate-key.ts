/** Puts the database under a new archive key. */
import { BaseCommand } from '../../src/cli/base-command.ts'

export class DbRotateKey extends BaseCommand {
  static override summary = 'Put the database under a new archive key.'
  static override description =
    'Steps: (1) make a key: openssl rand -base64 32; (2) set Service__ArchiveConfiguration__PreviousEncryptionKey to the key in use (with SQLite and no configured key, the text of connector.key beside the database) and EncryptionKey to the new one, for every replica; (3) run this command; (4) remove PreviousEncryptionKey, and connector.key if there was one. Only the two wrapped keys are written anew, all or nothing; the archive stays as it is. Keep the old key as long as you keep backups from before.'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  override async run() {
    const { flags } = await this.parse(DbRotateKey)
    const { rewrapped } = await this.withConnector(flags, ({ admin }) => admin.rotateKey())
    if (!flags.quiet) this.print(rewrapped > 0 ? DONE : NOTHING)
    return { rewrapped }
  }
}

const DONE =
  'The database is under the new key. Remove Service__ArchiveConfiguration__PreviousEncryptionKey now, on every replica.'
const NOTHING =
  'Nothing to do: the database is under the configured key already. For a new one, see: connector db rotate-key --help'
