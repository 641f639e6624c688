/** Who is enrolled, and where the enrolment comes from. */
import { BaseCommand } from '../../src/cli/base-command.ts'
import { usersJson } from '../../src/cli/json.ts'
import { renderUsers } from '../../src/cli/render/users.ts'

export class UsersList extends BaseCommand {
  static override summary = 'List the enrolled users.'
  static override examples = ['<%= config.bin %> <%= command.id %>']

  override async run() {
    const { flags } = await this.parse(UsersList)
    const users = await this.withConnector(flags, (connector) => connector.users())
    this.print(renderUsers(users, this.view()))
    return usersJson(users)
  }
}
