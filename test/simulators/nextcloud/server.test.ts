/** The server as a whole: SQLite's single writer and TLS. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { eventText, rawClient } from './raw-client.ts'
import { startNextcloudSimulator } from './simulator.ts'

describe('SQLite', () => {
  it('fails some of the writes that meet another one, and never a single writer', async () => {
    const lite = await startNextcloudSimulator({ database: 'sqlite' })
    const calendar = lite.addUser('alice', 'secret').calendar('personal')
    const client = rawClient(lite, 'alice', 'secret')
    const write = (uid: string) => client('PUT', `calendars/alice/personal/${uid}.ics`, { body: eventText(uid) })
    for (const uid of ['a', 'b', 'c']) expect((await write(uid)).status).toBe(201)
    const statuses = (await Promise.all(Array.from({ length: 40 }, (_, index) => write(`p${index}`)))).map(
      (r) => r.status,
    )
    const done = statuses.filter((status) => status === 201).length
    expect(new Set(statuses)).toEqual(new Set([201, 500]))
    expect(calendar.list()).toHaveLength(3 + done)
    await lite.close()
  })
})

describe('TLS', () => {
  it('serves with the given certificate', async (context) => {
    const directory = mkdtempSync(join(tmpdir(), 'simulator-tls-'))
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1']
    try {
      execFileSync(
        'openssl',
        ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject],
        { stdio: 'pipe' },
      )
    } catch {
      context.skip('openssl is not installed')
    }
    const ca = readFileSync(cert, 'utf8')
    const secure = await startNextcloudSimulator({ tls: { key: readFileSync(key, 'utf8'), cert: ca } })
    const status = await new Promise((resolve, reject) => {
      get(`${secure.url}/status.php`, { ca }, (reply) => {
        reply.resume()
        resolve(reply.statusCode)
      }).on('error', reject)
    })
    expect([secure.url.startsWith('https://'), status]).toEqual([true, 200])
    await secure.close()
    rmSync(directory, { recursive: true })
  })
})
