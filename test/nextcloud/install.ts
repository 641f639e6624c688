/** Installing the copied tree of a Nextcloud server through its own command line, and making users there. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { NextcloudServer, NextcloudServerOptions } from './server.ts'

export const run = promisify(execFile)

export const NEXTCLOUD_ADMIN = { username: 'admin', password: 'an-Administrator-0f-tests' }
/** The interpreter as a production host has it. */
export const PHP = ['-d', 'memory_limit=512M', '-d', 'opcache.enable_cli=1', '-d', 'opcache.validate_timestamps=0']
/** In every tree: part of Sabre's browser plugin. */
const SOME_FONT = '3rdparty/sabre/dav/lib/DAV/Browser/assets/openiconic/open-iconic.ttf'
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024

/** Trees without the font of generated avatars cannot even add a user; any font will do for a picture that nobody looks at. */
async function fillFont(directory: string): Promise<void> {
  const wanted = join(directory, 'core/fonts/NotoSans-Regular.ttf')
  if (!existsSync(wanted)) await run('cp', [join(directory, SOME_FONT), wanted])
}

type Occ = NextcloudServer['occ']

export function occIn(directory: string): Occ {
  return async (args, env = {}) => {
    const options = { cwd: directory, env: { ...process.env, ...env }, maxBuffer: OUTPUT_BYTES_MAX }
    try {
      const { stdout } = await run('php', [...PHP, 'occ', '--no-interaction', '--no-ansi', ...args], options)
      return stdout
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
      throw new Error(`occ ${args.join(' ')}:\n${stdout}${stderr}`, { cause: error })
    }
  }
}

export async function install(occ: Occ, at: { directory: string; url: string }, options: NextcloudServerOptions) {
  await fillFont(at.directory)
  const data = join(at.directory, 'data')
  for (const folder of [data, join(at.directory, 'config')]) mkdirSync(folder, { recursive: true })
  const { username, password } = NEXTCLOUD_ADMIN
  const admin = ['--admin-user', username, '--admin-pass', password, '--data-dir', data]
  await occ(['maintenance:install', ...databaseArgs(options.database ?? 'sqlite'), ...admin])
  const { host } = new URL(at.url)
  const config = { 'overwrite.cli.url': at.url, ...options.config }
  await occ(['config:system:set', 'trusted_domains', '1', `--value=${host}`])
  for (const [key, value] of Object.entries(config)) {
    const type = { string: 'string', number: 'integer', boolean: 'boolean' }[typeof value as 'string']
    await occ(['config:system:set', key, `--type=${type}`, `--value=${value}`])
  }
  for (const app of options.apps ?? []) await occ(['app:enable', basename(app)])
}

function databaseArgs(database: NonNullable<NextcloudServerOptions['database']>): string[] {
  if (database === 'sqlite') return ['--database', 'sqlite']
  const { host, pathname, username, password } = new URL(database)
  const name = pathname.slice(1)
  const account = ['--database-user', decodeURIComponent(username), '--database-pass', decodeURIComponent(password)]
  return ['--database', 'pgsql', '--database-host', host, '--database-name', name, ...account]
}

export function usersOf(occ: Occ): Pick<NextcloudServer, 'addUser' | 'appPassword'> {
  const appPassword = async (username: string, password: string) => {
    const args = ['user:auth-tokens:add', '--password-from-env', username]
    const lines = (await occ(args, { NC_PASS: password })).trim().split('\n')
    return lines.at(-1)?.trim() ?? ''
  }
  return {
    appPassword,
    addUser: async (username, email) => {
      const own = `a-Pass-w0rd-of-${username}`
      await occ(['user:add', '--password-from-env', '--email', email, username], { OC_PASS: own })
      return { username, email, password: await appPassword(username, own) }
    },
  }
}
