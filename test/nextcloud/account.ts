/** The Nextcloud account that interop tests work with: of the server that NEXTCLOUD_URL names, else of one started from NEXTCLOUD_DIR. */
import { type NextcloudServerOptions, nextcloudTree, startNextcloud } from './server.ts'

/** `password`: an app password. */
export type NextcloudAccount = { davUrl: string; username: string; password: string }
/** For a server that is started here. */
export type OwnServer = Pick<NextcloudServerOptions, 'config' | 'phpWorkers'>
/** `own`: nobody else writes on it, and `options` were applied. */
export type StartedAccount = { account: NextcloudAccount; own: boolean; close(): Promise<void> }
export type GivenAccount =
  | { kind: 'account'; start(options?: OwnServer): Promise<StartedAccount> }
  | { kind: 'skip'; reason: string }

const { NEXTCLOUD_URL, NEXTCLOUD_USER, NEXTCLOUD_APP_PASSWORD } = process.env

/** Decides at once whether tests are skipped; the server is started only when one runs. */
export function nextcloudAccount(): GivenAccount {
  if (NEXTCLOUD_URL && NEXTCLOUD_USER && NEXTCLOUD_APP_PASSWORD) {
    const davUrl = new URL('remote.php/dav/', `${NEXTCLOUD_URL.replace(/\/$/, '')}/`).href
    const account = { davUrl, username: NEXTCLOUD_USER, password: NEXTCLOUD_APP_PASSWORD }
    return { kind: 'account', start: async () => ({ account, own: false, close: async () => {} }) }
  }
  const tree = nextcloudTree()
  if (tree.kind === 'skip') {
    return { kind: 'skip', reason: `${tree.reason}, or NEXTCLOUD_URL, NEXTCLOUD_USER and NEXTCLOUD_APP_PASSWORD` }
  }
  return {
    kind: 'account',
    start: async (options = {}) => {
      const server = await startNextcloud({ tree: tree.tree, ...options })
      const { username, password } = await server.addUser('interop', 'interop@corp.test')
      return { account: { davUrl: server.davUrl, username, password }, own: true, close: server.close }
    },
  }
}
