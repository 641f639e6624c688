/** Clients that this project did not write, against the Exchange simulator: what works for them is EWS, not a private dialect. */
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ExchangeSimulator, startExchangeSimulator } from '../simulators/exchange/simulator.ts'

const run = promisify(execFile)
const PYTHON = '/usr/bin/python3'
const SCRIPT = fileURLToPath(new URL('./exchange-simulator-exchangelib.py', import.meta.url))
const SCHEMA = fileURLToPath(new URL('../../../shared/ews-schema/check', import.meta.url))

type Check = { check: string; ok: boolean; error?: string; where?: string[] }

function hasExchangelib(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import exchangelib'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('the Exchange simulator and exchangelib', () => {
  let simulator: ExchangeSimulator
  let checks: Check[] = []
  const present = hasExchangelib()

  beforeAll(async () => {
    simulator = await startExchangeSimulator({ recordBodies: true })
    simulator.addMailbox('anna@example.org', { displayName: 'Anna Example' })
    simulator.addServiceAccount('svc', 'secret', { impersonation: true })
    if (!present) return
    const result = await run(PYTHON, [SCRIPT, simulator.url, 'svc', 'secret', 'anna@example.org']).catch(
      (error: { stdout: string; stderr: string }) => ({ stdout: error.stdout, stderr: error.stderr }),
    )
    checks = result.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Check)
    if (checks.length === 0) throw new Error(result.stderr)
  })

  afterAll(() => simulator.close())

  it.skipIf(!present)('agree on every check (skipped: python3-exchangelib is not installed)', () => {
    expect(checks.filter((check) => !check.ok)).toEqual([])
    expect(checks.length).toBeGreaterThanOrEqual(13)
  })

  it.skipIf(!present)('send one mail only: the one that was asked for', () => {
    expect(simulator.outbox.mails.map(({ kind, to, subject }) => ({ kind, to, subject }))).toEqual([
      { kind: 'request', to: ['bob@example.org'], subject: 'Loud' },
    ])
  })

  it.skipIf(!present || !existsSync(SCHEMA))(
    'exchange only answers that Microsoft’s schema accepts (skipped: no schema folder beside the project)',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'exchange-simulator-'))
      try {
        // Notifications stand in the messages namespace, as Exchange sends and other clients expect them; the schema says otherwise.
        const answers = simulator.requests.list.filter(({ operation }) => operation !== 'GetStreamingEvents')
        const files = answers.map((request, index) => {
          const file = join(folder, `${index}-${request.operation}.xml`)
          writeFileSync(file, request.responseBody ?? '')
          return file
        })
        expect(files.length).toBeGreaterThan(50)
        execFileSync(SCHEMA, files, { stdio: 'pipe' })
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  )
})
