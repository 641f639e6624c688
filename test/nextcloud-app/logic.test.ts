/** What the pages of the app decide without a browser: the state that is shown, words, domains, imports, the connector's health. */
import { describe, expect, it } from 'vitest'
import { domainOf, domainsOf, importPreview, importTotals } from '../../nextcloud-app/src/logic/admin.ts'
import { connectorHealth, SILENT_AFTER_S } from '../../nextcloud-app/src/logic/health.ts'
import { groupProblems, problemText } from '../../nextcloud-app/src/logic/problems.ts'
import { askAgainAfterMs, pageState } from '../../nextcloud-app/src/logic/state.ts'
import type { ConnectorState, ImportRow, Me, Report } from '../../nextcloud-app/src/logic/types.ts'
import { guardText, refusalText, type Translate } from '../../nextcloud-app/src/logic/words.ts'
import { ERROR_CODES } from '../../src/ports/errors.ts'

const t: Translate = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]))

const report: Report = {
  outcome: 'in-step',
  lastPassAt: 1,
  lastSuccessAt: 1,
  nextPassAt: 2,
  items: 3,
  conflicts: [],
  problems: [],
  halt: null,
  reportedAt: 1,
}

function person(over: Partial<Me> & { state?: Me['consent']['state'] } = {}): Me {
  const { state = 'active', ...rest } = over
  return {
    eligibility: { kind: 'eligible', email: 'anna@example.org', source: 'admin' },
    consent: { state, email: null, source: null, establishedAt: null, consentedAt: null, withdrawal: null },
    choices: [],
    collections: [],
    report: null,
    isSyncRequested: false,
    schedulingAuthority: 'nextcloud',
    ...rest,
  }
}

describe('the state of the consent page', () => {
  it.each([
    ['refused', person({ state: 'none', eligibility: { kind: 'refused', reason: 'group' } })],
    [
      'needs-proof',
      person({ state: 'none', eligibility: { kind: 'needs-proof', domains: [], suggestion: null, pending: null } }),
    ],
    ['eligible', person({ state: 'none' })],
    ['eligible', person({ state: 'withdrawn', report })],
    ['waiting', person()],
    ['active', person({ report })],
    ['active', person({ report: { ...report, outcome: 'failed' } })],
    ['halted', person({ report: { ...report, outcome: 'partial', halt: { guard: 'mass-change' } } })],
    ['paused', person({ state: 'paused', report: { ...report, outcome: 'halted' } })],
  ])('is %s', (kind, me) => {
    expect(pageState(me).kind).toBe(kind)
  })

  it('keeps showing the sync of somebody who lost the right to begin anew', () => {
    expect(pageState(person({ eligibility: { kind: 'refused', reason: 'group' }, report })).kind).toBe('active')
  })

  it('asks again only while something is on its way', () => {
    const conflict = { id: 'c', title: '', kind: 'calendar', winner: 'exchange', at: 1 } as const
    expect(askAgainAfterMs(person({ report }))).toBeNull()
    expect(askAgainAfterMs(person({ state: 'none' }))).toBeNull()
    expect(
      askAgainAfterMs(person({ report: { ...report, conflicts: [{ ...conflict, isRequested: false }] } })),
    ).toBeNull()
    expect(askAgainAfterMs(person())).toBeGreaterThan(0)
    expect(askAgainAfterMs(person({ report, isSyncRequested: true }))).toBeGreaterThan(0)
    expect(
      askAgainAfterMs(person({ report: { ...report, conflicts: [{ ...conflict, isRequested: true }] } })),
    ).toBeGreaterThan(0)
  })
})

describe('words', () => {
  it('have a sentence for every code of the connector', () => {
    const sentences = ERROR_CODES.map((code) => problemText({ code }, t))
    expect(sentences.filter((text) => text.length < 20)).toEqual([])
  })

  it('name a code that they do not know, so that an administrator can look it up', () => {
    expect(problemText({ code: 'exchange.brand-new' }, t)).toContain('exchange.brand-new')
    expect(refusalText('brand-new', t)).toContain('brand-new')
    expect(guardText('brand-new', t)).toContain('Nothing was changed')
  })

  it('say equal problems once, with every item that they concern', () => {
    const damaged = (title: string) => ({ code: 'item.unreadable', detail: '', title })
    const groups = groupProblems(
      [damaged('A'), damaged('B'), damaged('A'), { ...damaged(''), code: 'item.duplicate-uid' }],
      t,
    )
    expect(groups.map(({ titles }) => titles)).toEqual([['A', 'B'], []])
  })
})

describe('domains', () => {
  it.each([
    ['Example.ORG', 'example.org'],
    ['@example.org', 'example.org'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['example', null],
    ['https://example.org', null],
    ['anna@example.org', null],
    ['example.org/path', null],
    ['192.168.1.1', null],
    ['*.example.org', null],
    ['', null],
  ])('reads %j as %j', (text, domain) => {
    expect(domainOf(text)).toBe(domain)
  })

  it('takes each once and names what is none', () => {
    expect(domainsOf('a.org, A.org;b.org\nnonsense')).toEqual({ domains: ['a.org', 'b.org'], wrong: ['nonsense'] })
  })
})

describe('an import', () => {
  const row = (line: number, outcome: ImportRow['outcome']): ImportRow => ({
    line,
    uid: `u${line}`,
    email: '',
    outcome,
    reason: null,
  })
  const rows = [row(1, 'same'), row(2, 'new'), row(3, 'refused'), row(4, 'new'), row(5, 'changed')]

  it('shows what was refused first, and says how many are left out', () => {
    const { shown, more } = importPreview(rows, 3)
    expect(shown.map(({ line }) => line)).toEqual([3, 5, 2])
    expect(more).toBe(2)
    expect(importPreview(rows, 5).more).toBe(0)
  })

  it('counts every line once', () => {
    expect(importTotals(rows)).toEqual({ new: 2, changed: 1, same: 1, refused: 1 })
  })
})

describe('the health of the connector', () => {
  const state = (over: Partial<ConnectorState>): ConnectorState => ({
    version: null,
    instance: null,
    lastSeenAt: 1000,
    lastReportAt: null,
    journalPending: 0,
    commandsPending: 0,
    users: { active: 0, paused: 0, withdrawn: 0 },
    attention: { failed: 0, halted: 0, conflicts: 0 },
    ...over,
  })
  const settings = {
    serviceAccount: 'svc',
    secrets: { current: { fingerprint: '00', createdAt: null }, previous: null },
  }

  it('is told from the worst to the best', () => {
    expect(connectorHealth(state({}), { ...settings, serviceAccount: '' }, 1000)).toBe('not-configured')
    expect(connectorHealth(state({}), { ...settings, secrets: { current: null, previous: null } }, 1000)).toBe(
      'not-configured',
    )
    expect(connectorHealth(state({ lastSeenAt: null }), settings, 1000)).toBe('never')
    expect(connectorHealth(state({}), settings, 1000 + SILENT_AFTER_S)).toBe('well')
    expect(connectorHealth(state({}), settings, 1001 + SILENT_AFTER_S)).toBe('silent')
    expect(connectorHealth(state({ attention: { failed: 0, halted: 1, conflicts: 0 } }), settings, 1000)).toBe(
      'attention',
    )
    expect(connectorHealth(state({ attention: { failed: 0, halted: 0, conflicts: 9 } }), settings, 1000)).toBe('well')
  })
})
