/** `doctor` on a healthy installation and on ones that lack something: the failure, its code, what mends it, and that nothing is written. */
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeCheck } from '../../src/cli/doctor/local.ts'
import { serverChecks } from '../../src/cli/doctor/remote.ts'
import { renderDoctor } from '../../src/cli/render/doctor.ts'
import { PLAIN } from '../../src/cli/render/view.ts'
import type { AppLook } from '../../src/ports/diagnosis.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import { emailOf } from '../world.ts'
import type { ErrorJson } from './command-line.ts'
import { belongings, disposeProgram, type Office, openOffice } from './office.ts'

const ALICE = emailOf('alice')
type CheckJson = {
  group: string
  name: string
  verdict: string
  detail: string
  fix: string | null
  code: string | null
}
type DoctorJson = { exitCode: number; checks: CheckJson[]; error?: ErrorJson }

let office: Office
beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())
afterAll(disposeProgram)

const doctor = (env = {}, ...words: string[]) => office.cli.json<DoctorJson>(['doctor', ...words], env)
const failures = ({ checks }: DoctorJson) => checks.filter(({ verdict }) => verdict === 'fail')

describe('doctor', () => {
  it('finds a healthy installation well, from the runtime to a mailbox', async () => {
    await office.cli.run(['sync', 'run'])
    const found = await doctor()
    // The simulator speaks plain HTTP, and that is said.
    const doubts = found.checks.filter(({ verdict }) => verdict !== 'pass')
    expect(doubts.map(({ name, detail }) => [name, detail])).toEqual([['account svc-sync', 'tls: none']])
    expect(found.ran.exitCode).toBe(0)
    const groups = [...new Set(found.checks.map(({ group }) => group))]
    expect(groups).toEqual(['runtime', 'configuration', 'database', 'nextcloud', 'exchange', 'mailbox', 'guards'])
    expect(found.checks.find(({ group }) => group === 'mailbox')?.name).toBe(`${ALICE}: Calendar`)
  })

  it('writes nothing: not a file, not a request that changes a server', async () => {
    const before = belongings(office.world)
    const asked = office.world.exchange.requests.list.length
    await doctor()
    const operations = office.world.exchange.requests.list.slice(asked).map(({ operation }) => operation)
    expect(operations.length).toBeGreaterThan(0)
    expect(operations.filter((name) => /^(?:Create|Update|Delete|Move|Send)/.test(name))).toEqual([])
    expect(belongings(office.world)).toEqual(before)
    rmSync(join(office.world.directory, 'data'), { recursive: true })
    const found = await doctor()
    expect([found.ran.exitCode, failures(found).map(({ code }) => code)]).toEqual([10, ['state.not-initialised']])
    expect(existsSync(join(office.world.directory, 'data'))).toBe(false)
  })

  it.each([
    ['a wrong password', () => setAdmins([{ Username: 'svc-sync', Password: 'wrong' }]), {}, 'exchange.sign-in', 4],
    [
      'Exchange away',
      () => {},
      { Service__ExchangeConfiguration__EwsUrl: 'http://127.0.0.1:9/EWS/Exchange.asmx' },
      'exchange.unreachable',
      69,
    ],
    [
      'a page that is no EWS',
      () => {},
      (): Record<string, string> => ({
        Service__ExchangeConfiguration__EwsUrl: `${office.world.nextcloud.davUrl}nothing`,
      }),
      null,
      null,
    ],
    ['no accounts', () => rmSync(join(office.world.directory, 'admins.json')), {}, 'config.invalid', 78],
    ['a mistyped key', () => {}, { Service__SyncMod: '1' }, 'config.unknown-key', 78],
  ])('names %s with its next step', async (_, breakIt, env, code, exitCode) => {
    breakIt()
    const found = await doctor(typeof env === 'function' ? env() : env)
    const failed = failures(found)
    expect(failed.length).toBeGreaterThan(0)
    for (const { fix, detail } of failed) expect([fix, detail]).not.toContain(null)
    if (code === null) return
    expect(failed.map((check) => check.code)).toContain(code)
    expect(found.ran.exitCode).toBe(exitCode)
  })

  it('doubts files that others can read, and says the command that mends them', async () => {
    await office.cli.run(['sync', 'run'])
    chmodSync(join(office.world.directory, 'admins.json'), 0o644)
    const found = await doctor()
    const doubt = found.checks.find(({ name, verdict }) => name === 'file modes' && verdict === 'warn')
    expect(doubt?.fix).toMatch(/^chmod 600 .*admins\.json$/)
    expect(found.ran.exitCode).toBe(0)
  })

  it('asks no server with --offline', async () => {
    const asked = office.world.exchange.requests.list.length
    const found = await doctor({}, '--offline')
    expect(found.checks.filter(({ detail }) => detail === '--offline')).toHaveLength(3)
    expect(office.world.exchange.requests.list).toHaveLength(asked)
  })

  function setAdmins(list: unknown): void {
    writeFileSync(join(office.world.directory, 'admins.json'), JSON.stringify(list), { mode: 0o600 })
  }
})

describe('single checks', () => {
  const LOOKING = { nowMs: () => 0, schedulingAuthority: 'nextcloud' } as const
  const look = (skewMs: number | null) => ({ host: 'mail.example.org', skewMs })
  const probe = (skewMs: number | null, version: string | null = '34.0.1') => ({
    nextcloud: async () => ({ ...look(skewMs), version, maintenance: false }),
    exchange: async () => look(skewMs),
    app: async () => null as AppLook | null,
    close: async () => {},
  })
  const verdicts = async (skewMs: number | null) =>
    (await serverChecks(probe(skewMs), LOOKING)).filter(({ name }) => name === 'clock').map(({ verdict }) => verdict)

  it.each([
    [0, 'pass'],
    [-61_000, 'warn'],
    [61_000, 'warn'],
    [-301_000, 'fail'],
    [null, 'skip'],
  ])('a clock that is %s ms away: %s', async (skewMs, verdict) => {
    expect(await verdicts(skewMs)).toEqual([verdict, verdict])
  })

  it.each([
    ['29.0.1', 'warn'],
    ['30.0.5', 'pass'],
    ['34.0.1', 'pass'],
    ['35.0.0', 'warn'],
    [null, 'pass'],
  ])('Nextcloud %s: %s', async (version, verdict) => {
    const checks = await serverChecks(probe(0, version), LOOKING)
    expect(checks.find(({ name }) => name === 'version')?.verdict).toBe(verdict)
  })

  it.each([
    ['nextcloud', 'pass'],
    ['exchange', 'fail'],
  ] as const)('an app that says %s invites, where we say nextcloud: %s', async (schedulingAuthority, verdict) => {
    const app = { version: '0.1.0', nextcloud: '34.0.1', serviceAccount: 'svc', isRotating: false, skewMs: 0 }
    const looking = { ...probe(0), app: async () => ({ ...app, schedulingAuthority }) }
    const checks = await serverChecks(looking, LOOKING)
    expect(checks.find(({ name }) => name === 'who invites')?.verdict).toBe(verdict)
    expect(checks.find(({ name }) => name === 'app')?.detail).toContain('signed as svc')
  })

  it('refuses a Node that is too old', () => {
    expect([nodeCheck('20.20.2').verdict, nodeCheck('24.1.0').verdict]).toEqual(['fail', 'pass'])
  })

  it('tells of a failure why and what mends it, and of the rest one line each', async () => {
    const checks = await serverChecks(
      {
        ...probe(0),
        exchange: async () => {
          throw new ConnectorError('exchange.tls', { reason: 'CERT_HAS_EXPIRED' })
        },
      },
      LOOKING,
    )
    const text = renderDoctor(checks, PLAIN, (one) => one)
    expect(text).toMatch(/✗ reach: .*CERT_HAS_EXPIRED[\s\S]*Why: [\s\S]*Fix: /)
    expect(text.match(/Why:/g)).toHaveLength(1)
    expect(text).toContain('3 well, 0 doubtful, 1 failed')
  })
})
