/** What happens to an account while a batch for it is under way, on a real server: the rest of the batch is not carried out any more. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RealAppServer, startAppServer } from './app-server.ts'
import { PHP, run } from './install.ts'
import { nextcloudTree } from './server.ts'
import { DAV, refusalIn, signedBy } from './signed-request.ts'

const given = nextcloudTree()
const title = `a batch on a real server${given.kind === 'skip' ? ` (skipped: ${given.reason})` : ''}`
const HAPPENINGS = {
  withdraw: 'no-consent',
  disable: 'user-disabled',
  delete: 'unknown-user',
  'other-address': 'no-consent',
  'leave-group': 'no-consent',
}

describe.skipIf(given.kind === 'skip')(title, () => {
  let server: RealAppServer
  beforeAll(async () => {
    if (given.kind === 'skip') return
    server = await startAppServer({ tree: given.tree })
    const uids = ['nothing', ...Object.keys(HAPPENINGS)]
    await server.newUsers(uids.map((uid) => ({ uid, mailbox: `${uid}@corp.test` })))
    await server.occ(['group:add', 'staff'])
    for (const uid of uids) await server.occ(['group:adduser', 'staff', uid])
    await server.set({ groups: '["staff"]' })
  })
  afterAll(() => server?.close())

  async function statuses(what: string): Promise<number[]> {
    const running = run('php', [...PHP, join(import.meta.dirname, 'in-batch.php')], { cwd: server.server.directory })
    running.child.stdin?.end(JSON.stringify({ uid: what, what }))
    const { stdout } = await running
    return JSON.parse(stdout.slice(stdout.indexOf('['))) as number[]
  }

  it('is carried out whole when nothing happens', async () =>
    expect(await statuses('nothing')).toEqual([201, 201, 201]))

  it.each(Object.entries(HAPPENINGS))('ends when this happens: %s; what comes again is refused', async (what, code) => {
    expect((await statuses(what)).slice(1)).toEqual([503, 503])
    const propfind = { method: 'PROPFIND', path: `${DAV}calendars/${what}/`, headers: { Depth: '0' } }
    expect(refusalIn(await signedBy(server, propfind, { user: what }))).toBe(code)
  })
})
