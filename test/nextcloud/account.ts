/** The Nextcloud account that interop tests work with: of the server that NEXTCLOUD_URL names, else of one started from NEXTCLOUD_DIR. */
import { nextcloudTree, startNextcloud } from './server.ts'

/** `password`: an app password. */
export type NextcloudAccount = { davUrl: string; username: string; password: string }
export type GivenAccount =
  | { kind: 'account'; start(): Promise<{ account: NextcloudAccount; close(): Promise<void> }> }
  | { kind: 'skip'; reason: string }

const { NEXTCLOUD_URL, NEXTCLOUD_USER, NEXTCLOUD_APP_PASSWORD } = process.env

/** Decides at once whether tests are skipped; the server is started only when one runs. */
export function nextcloudAccount(): GivenAccount {
  if (NEXTCLOUD_URL && NEXTCLOUD_USER && NEXTCLOUD_APP_PASSWORD) {
    const davUrl = new URL('remote.php/dav/', `${NEXTCLOUD_URL.replace(/\/$/, '')}/`).href
    const account = { davUrl, username: NEXTCLOUD_USER, password: NEXTCLOUD_APP_PASSWORD }
    return { kind: 'account', start: async () => ({ account, close: async () => {} }) }
  }
  const tree = nextcloudTree()
  if (tree.kind === 'skip') {
    return { kind: 'skip', reason: `${tree.reason}, or NEXTCLOUD_URL, NEXTCLOUD_USER and NEXTCLOUD_APP_PASSWORD` }
  }
  return {
    kind: 'account',
    start: async () => {
      const server = await startNextcloud({ tree: tree.tree })
      const { username, password } = await server.addUser('interop', 'interop@corp.test')
      return { account: { davUrl: server.davUrl, username, password }, close: server.close }
    },
  }
}
