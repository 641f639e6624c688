/** The log in the database, read back: by mailbox, level and pass, and as it is written. */
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import { emailOf } from '../world.ts'
import { appointment } from './items.ts'
import { disposeProgram, type Office, openOffice } from './office.ts'

const ALICE = emailOf('alice')
const KEPT = {
  Service__LoggingConfiguration__LogsOutput: '2',
  Service__LoggingConfiguration__LogLevel: 'info',
}
type LineJson = { level: string; email: string | null; passId: string | null; message: string; fields: object }
type LogsJson = { lines: LineJson[] }

let office: Office
beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())
afterAll(disposeProgram)

it('finds lines by mailbox, level and pass', async () => {
  await office.cli.run(['sync', 'run'], KEPT)
  const all = await office.cli.json<LogsJson>(['logs'])
  expect(new Set(all.lines.map(({ email }) => email))).toEqual(new Set([ALICE, emailOf('bob')]))
  const hers = await office.cli.json<LogsJson>(['logs', ALICE])
  expect(hers.lines.length).toBeGreaterThan(0)
  expect(hers.lines).toEqual(all.lines.filter(({ email }) => email === ALICE))
  const [line] = hers.lines
  expect(line).toMatchObject({
    level: 'info',
    message: 'pass finished',
    fields: { collection: 'Calendar', created: 2 },
  })
  const pass = line?.passId?.slice(0, 8) ?? ''
  const words = await office.cli.run(['logs', '--pass', pass])
  expect(words.stdout).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d info {2}alice@corp\.test pass finished\n {4}collection=Calendar /,
  )
  expect(words.stdout).toContain(`pass=${pass}`)
  expect(words.stdout).toMatch(/\n\n1 line, times in UTC\n$/)
  expect((await office.cli.json<LogsJson>(['logs', '--level', 'warn'])).lines).toEqual([])
  expect((await office.cli.json<LogsJson>(['logs', '--limit', '1'])).lines).toEqual(all.lines.slice(-1))
  expect((await office.cli.json<LogsJson>(['logs', '--since', '2090-01-01'])).lines).toEqual([])
})

it('says that no log is kept, or from which level on, and refuses who is not known', async () => {
  expect((await office.cli.run(['logs'])).stdout.replace(/\s+/g, ' ')).toContain(
    'add 2 to Service__LoggingConfiguration__LogsOutput',
  )
  expect((await office.cli.run(['logs'], KEPT)).stdout.replace(/\s+/g, ' ')).toContain(
    'keeps the level info and what is worse',
  )
  const unknown = await office.cli.run(['logs', 'nobody@corp.test'])
  expect([unknown.exitCode, unknown.stderr]).toEqual([64, expect.stringContaining('usage.unknown-user')])
})

it('follows what another process logs, each line once, and ends with 130 at Ctrl-C', async () => {
  await office.cli.run(['sync', 'run'], KEPT)
  const following = office.cli.start(['logs', ALICE, '--follow', '--json'])
  let said = ''
  const mark = '"created":1'
  const told = new Promise<void>((resolve) => {
    following.child.stdout?.on('data', (text) => {
      said += text
      if (said.includes(mark)) resolve()
    })
  })
  office.world.exchange.mailbox(ALICE).addEvent(appointment('Budget round', { day: 3 }))
  await office.cli.run(['sync', 'user', ALICE], KEPT)
  await told
  following.child.kill('SIGINT')
  const { exitCode, stdout } = await following.ended
  const lines = stdout.trimEnd().split('\n')
  expect(exitCode).toBe(130)
  expect(new Set(lines).size).toBe(lines.length)
  expect(lines.map((line) => (JSON.parse(line) as LineJson).email)).toEqual(lines.map(() => ALICE))
  expect(lines.filter((line) => line.includes(mark))).toHaveLength(1)
})
