/** The JSON forms: every field is documented, every field of the document exists. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { doctorJson } from '../../src/cli/doctor/report.ts'
import { describeError, errorJson } from '../../src/cli/errors.ts'
import { runReportJson, statusJson, userReportJson, usersJson } from '../../src/cli/json.ts'
import { exitOfMapping, mappingJson } from '../../src/cli/mapping-json.ts'
import { redactor } from '../../src/cli/redact.ts'
import { renderMapping } from '../../src/cli/render/mapping.ts'
import { PLAIN } from '../../src/cli/render/view.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import type { MappingReport } from '../../src/ports/mapping-report.ts'
import type { Conflict, Observation, PassLog } from '../../src/ports/state-store.ts'
import { action, counts, mailbox, NOW_MS, pair, status, user } from './cli-fake.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/json.md'), 'utf8')
const redact = redactor(['canary-secret'])

const CANARY_PATH = 'attendee:canary@example.org'
const halt = { guard: 'mass-change', numbers: { base: 30, changed: 29 }, sinceMs: NOW_MS }
const fullPair = pair({
  actions: [
    action({ changed: ['title', CANARY_PATH], losses: [{ path: CANARY_PATH, reason: 'too-many', detail: 'canary' }] }),
  ],
  problems: [{ side: 'exchange', uid: 'u', title: 't', code: 'item.unreadable', detail: 'd canary-secret' }],
  halt,
  error: { code: 'exchange.timeout', fields: { operation: 'GetItem', password: 'canary' } },
})
const fullUser = user({ pairs: [fullPair], error: { code: 'bug', fields: { name: 'TypeError', detail: 'canary' } } })

const observation = {
  side: 'exchange',
  uid: 'u',
  attempts: 2,
  retryAtMs: NOW_MS,
  problem: { code: 'c', detail: 'canary-secret' },
}
const conflict = {
  id: 'c1',
  uid: 'u',
  kind: 'edit-edit',
  winner: 'exchange',
  paths: [CANARY_PATH],
  createdAtMs: NOW_MS,
}
const passLog = {
  startedAtMs: NOW_MS,
  endedAtMs: NOW_MS,
  outcome: 'in-step',
  counts: counts(),
  errorCode: null,
  id: 'canary',
}
const fullStatus = status({
  mailbox: mailbox(),
  pairs: [
    {
      ...fullPair,
      status: 'halted',
      firstPassDone: true,
      items: 3,
      exchangeRef: 'canary',
      problems: [observation as unknown as Observation],
    } as never,
  ],
  openConflicts: [conflict as unknown as Conflict],
  lastPasses: [passLog as unknown as PassLog],
})

const mapping: MappingReport = {
  format: 'ical',
  from: 'nextcloud',
  to: 'exchange',
  problems: ['line 4: no colon'],
  items: [
    {
      uid: 'u',
      title: 'Fits',
      when: '2026-03-02',
      model: { title: 'Fits' },
      fits: true,
      losses: [],
      stays: [],
      written: '<a/>',
      changedOnReturn: [],
    },
    {
      uid: 'v',
      title: 'Not \u001B[31m',
      when: '2026-03-02T10:00:00Z',
      model: {},
      fits: false,
      losses: [{ path: 'schedule', reason: 'recurrence-not-representable' }],
      stays: [],
      written: null,
      changedOnReturn: [CANARY_PATH],
    },
  ],
}

const forms = {
  error: errorJson(describeError(new ConnectorError('exchange.sign-in', { status: 401 }), redact)),
  user: userReportJson(fullUser, { redact, hidden: false }),
  run: runReportJson({ dryRun: false, users: [fullUser], held: [], tookMs: 1 }, { redact, hidden: false }),
  users: usersJson([
    {
      ...{ email: 'a@b', nextcloudUser: 'a', source: 'app', enabled: true, state: 'active' },
      identity: { source: 'admin', atMs: NOW_MS },
    },
  ]),
  status: statusJson([fullStatus], NOW_MS, redact),
  mapping: mappingJson(mapping),
  doctor: doctorJson(
    [{ group: 'database', name: 'tables', verdict: 'fail', detail: '', fix: null, error: { code: 'bug', fields: {} } }],
    redact,
  ),
}

/** Every key below the top; `fields` and `numbers` hold free names. */
function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, field]) => [
    key,
    ...(key === 'fields' || key === 'numbers' ? [] : keysOf(field)),
  ])
}

describe('the JSON forms', () => {
  it.each(Object.entries(forms))('have every field of %s in docs/reference/json.md', (_, form) => {
    const undocumented = [...new Set(keysOf(form))].filter((key) => !page.includes(`\`${key}\``))
    expect(undocumented).toEqual([])
  })

  it('I26: hold no secret, no attendee address and nothing that is not named', () => {
    expect(JSON.stringify(forms)).not.toContain('canary')
  })

  it('give the example of the page', () => {
    const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
    expect(forms.error).toEqual(JSON.parse(example))
  })

  it('give instants in UTC', () => {
    expect(forms.status.mailboxes[0]?.lastSuccess).toBe('2026-03-01T11:57:00.000Z')
  })
})

describe('mapping dry-run', () => {
  it('says per item what does not fit', () => {
    const text = renderMapping(mapping, PLAIN, true)
    expect(text).toContain('Nextcloud -> Exchange and back')
    expect(text).toContain('cannot be written to Exchange; it stays on Nextcloud')
    expect(text.replace(/\s+/g, ' ')).toContain('time and repetition (this rule of repetition cannot be expressed)')
    expect(text).toContain('<a/>')
    expect(text).toContain('2 items: 1 fit, 0 with losses, 1 not at all, 1 unreadable')
    expect(text).not.toContain('\u001B')
    expect(text).not.toContain('canary')
  })

  it('ends with 0 when all fits, 3 when something does not, 1 when nothing could be read', () => {
    const [fits] = mapping.items
    expect(exitOfMapping({ ...mapping, problems: [], items: fits ? [fits] : [] })).toBe(0)
    expect(exitOfMapping(mapping)).toBe(3)
    expect(exitOfMapping({ ...mapping, items: [] })).toBe(1)
  })
})
