/** What people read: 80 columns, harmless titles, numbers that add up, and the next command. */
import { describe, expect, it } from 'vitest'
import { exitOfRun, exitOfUser } from '../../src/cli/exit-of-report.ts'
import { statusJson } from '../../src/cli/json.ts'
import { redactor } from '../../src/cli/redact.ts'
import { addsUp } from '../../src/cli/render/counts.ts'
import { spanText } from '../../src/cli/render/span.ts'
import { lightOf, renderStatus } from '../../src/cli/render/status.ts'
import { renderRun, renderUser } from '../../src/cli/render/sync.ts'
import { clip, columns, safe, table, wrap } from '../../src/cli/render/text.ts'
import { renderUsers } from '../../src/cli/render/users.ts'
import { PLAIN } from '../../src/cli/render/view.ts'
import { NO_COUNTS } from '../../src/ports/counts.ts'
import type { Observation } from '../../src/ports/state-store.ts'
import { action, counts, MINUTE_MS, mailbox, NOW_MS, pair, status, user } from './cli-fake.ts'

const view = { ...PLAIN, redact: redactor([]), hidden: false }

function widest(text: string): number {
  return Math.max(...text.split('\n').map(columns))
}

describe('safe', () => {
  it('takes the power from control, bidi and line characters', () => {
    expect(safe('a\u001B[2Jb\r\nc\u0000d\u202Ee\u2028f\u009B1mg')).toBe('a\uFFFD[2Jb c\uFFFDd\uFFFDe f\uFFFD1mg')
  })
  it('keeps what people write', () => {
    expect(safe('Grüße 👩‍👩‍👧 日本 नमस्ते')).toBe('Grüße 👩‍👩‍👧 日本 नमस्ते')
  })
})

describe('columns', () => {
  it('counts wide characters twice and marks not at all', () => {
    expect([columns('abc'), columns('日本'), columns('e\u0301'), columns('👩‍👩‍👧')]).toEqual([3, 4, 1, 2])
  })
  it('cuts between characters, never inside', () => {
    expect(clip('日本語', 5)).toBe('日本…')
    expect(clip('👩‍👩‍👧👩‍👩‍👧', 3)).toBe('👩‍👩‍👧…')
  })
  it('breaks words into lines', () => {
    expect(wrap('aa bb cc', 5)).toBe('aa bb\ncc')
  })
})

describe('a dry run', () => {
  const report = user({
    dryRun: true,
    pairs: [
      pair({
        firstPass: true,
        actions: [
          action(),
          action({
            action: 'update',
            side: 'exchange',
            reason: 'changed-on-nextcloud',
            changed: ['title', 'schedule', 'attendee:canary@example.org'],
          }),
          action({
            action: 'remove',
            reason: 'gone-on-exchange',
            title: 'Old \u001B[31mred\u0007',
            when: '2026-03-05',
          }),
          action({ action: 'link', reason: 'same-uid' }),
          action({ action: 'update', reason: 'conflict-exchange-wins', conflict: true, title: '日本'.repeat(30) }),
          action({ losses: [{ path: 'category:Red', reason: 'no-such-field' }], title: '' }),
        ],
        counts: counts({ created: 2, updated: 1, removed: 1, unchanged: 3, conflicts: 1 }),
      }),
    ],
  })
  const text = renderUser(report, view)

  it('shows one line per action: symbol, side, kind, when, title, reason', () => {
    expect(text).toMatch(/^\+ Nextcloud event {3}2026-03-02 09:00 {2}Team meeting +new on Exchange$/m)
    expect(text).toMatch(/^~ Exchange {2}event .* changed on Nextcloud$/m)
    expect(text).toMatch(/^- Nextcloud event {3}2026-03-05 {8}.*deleted on Exchange$/m)
    expect(text).toMatch(/^= .*same item on both$/m)
    expect(text).toMatch(/conflict: Exchange wins$/m)
  })

  it('says what changes and what does not fit, without addresses', () => {
    expect(text).toMatch(/changes: title, time and repetition, attendee$/m)
    expect(text).toMatch(/does not fit on Nextcloud: category Red \(there is no such field\)/)
    expect(text).toContain('(no title)')
    expect(text).not.toContain('canary')
  })

  it('is ordered by time', () => {
    const at = (when: string) => action({ when: `${when}T09:00:00`, title: when })
    const actions = [at('2026-05-02'), at('2026-05-01'), at('2025-01-01')]
    const titles = [...renderUser(user({ pairs: [pair({ actions })] }), view).matchAll(/\+ .*? {2}(\d{4}-\S+)/g)].map(
      (match) => match[1],
    )
    expect(titles).toEqual(['2025-01-01', '2026-05-01', '2026-05-02'])
  })

  it('says once why an item is left alone', () => {
    const losses = [{ path: 'schedule', reason: 'recurrence-not-representable' as const, detail: 'FREQ=SECONDLY' }]
    const left = action({ action: 'skip', reason: 'not-representable', outcome: 'deferred', side: 'exchange', losses })
    const problem = {
      side: 'nextcloud' as const,
      uid: 'uid-1',
      title: 'Odd',
      code: 'item.not-representable',
      detail: 'x',
    }
    const shown = renderUser(user({ pairs: [pair({ actions: [left], problems: [problem] })] }), view)
    expect(shown).toMatch(/does not fit$/m)
    expect(shown.replace(/\s+/g, ' ')).toContain('cannot be expressed: FREQ=SECONDLY)')
    expect(shown).not.toContain('An item cannot be held')
  })

  it('stays within 80 columns and sends no control characters', () => {
    expect(widest(text)).toBeLessThanOrEqual(80)
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })

  it('ends with the next command', () => {
    expect(text).toMatch(/\nNext: connector sync user anna@example\.org$/)
    expect(renderUser(user({ dryRun: true }), view)).toMatch(/Nothing to do\.$/)
  })
})

describe('a halted pass', () => {
  const halt = { guard: 'deletions-in-pass', numbers: { base: 100, deletions: 40 }, sinceMs: NOW_MS }
  const report = user({ outcome: 'halted', pairs: [pair({ outcome: 'halted', halt })] })

  it('says what would have happened and how to release it', () => {
    const text = renderUser(report, view)
    expect(text).toContain('40 of 100 known items')
    expect(text.replaceAll('\n', ' ')).toContain('connector sync user anna@example.org --allow-deletes 40')
    expect(widest(text)).toBeLessThanOrEqual(80)
    expect(exitOfUser(report)).toBe(7)
  })
})

describe('the summary', () => {
  it('adds up per line and per column', () => {
    const rows = [counts({ unchanged: 3, created: 2 }), counts({ failed: 1, skipped: 4, conflicts: 1 })]
    const report = user({ pairs: rows.map((row, index) => pair({ name: `C${index}`, counts: row })) })
    const lines = renderUser(report, view).split('\n')
    const numbers = (name: string) =>
      (lines.find((line) => line.startsWith(name)) ?? '').trim().split(/\s+/).slice(1).map(Number)
    expect(numbers('total')).toEqual([11, 3, 2, 0, 0, 1, 4, 1])
    for (const name of ['C0', 'C1', 'total']) {
      const [seen = -1, ...parts] = numbers(name)
      expect(seen).toBe(parts.reduce((sum, part) => sum + part, 0))
    }
  })

  it('says so when the numbers of a pass do not add up', () => {
    const wrong = { ...counts({ unchanged: 3 }), seen: 4 }
    expect(addsUp(wrong)).toBe(false)
    expect(renderUser(user({ pairs: [pair({ counts: wrong })] }), view)).toContain('do not add up')
  })

  it('fits long names and millions into 80 columns', () => {
    const big = counts({ unchanged: 1_000_000, created: 100_000 })
    expect(
      widest(renderUser(user({ pairs: [pair({ name: 'x'.repeat(90), counts: big })] }), view)),
    ).toBeLessThanOrEqual(80)
  })
})

describe('a run', () => {
  it('tells the failed ones in full and the others by their numbers', () => {
    const failed = user({
      email: 'bob@example.org',
      outcome: 'failed',
      pairs: [],
      error: { code: 'exchange.sign-in', fields: { status: 401 } },
    })
    const text = renderRun({ dryRun: false, users: [user(), failed], held: [], tookMs: 5 }, view)
    expect(text).toMatch(/^1 unchanged +5 +5 /m)
    expect(text).toMatch(/1 of 2 mailboxes in step$/)
    expect(text).toContain('bob@example.org: failed')
    expect(text).toContain('Exchange refused the sign-in (HTTP 401).')
    expect(text).toContain('Next: Correct admins.json')
  })

  it('gives the mailboxes where nothing happened one line, however many they are', () => {
    const busy = user({ email: 'bob@example.org', pairs: [pair({ counts: counts({ created: 2 }) })] })
    const text = renderRun({ dryRun: false, users: [...Array(1000).fill(user()), busy], held: [], tookMs: 5 }, view)
    expect(text.split('\n')).toHaveLength(6)
    expect(text).toMatch(/^total +5002 +5000 +2 /m)
  })

  it.each([
    [[], 0],
    [[user(), user()], 0],
    [[user(), user({ outcome: 'partial' })], 3],
    [[user({ outcome: 'failed' })], 1],
    [[user({ outcome: 'failed', error: { code: 'exchange.throttled', fields: {} } })], 75],
    [[user(), user({ outcome: 'failed', error: { code: 'exchange.throttled', fields: {} } })], 3],
    [
      [user({ outcome: 'failed', error: { code: 'exchange.unreachable', fields: {} } }), user({ outcome: 'failed' })],
      1,
    ],
    [[user(), user({ outcome: 'halted' }), user({ outcome: 'failed' })], 7],
    [[user({ outcome: 'halted' }), user({ outcome: 'stopped' })], 130],
  ])('ends %# with its exit code', (users, code) => {
    expect(exitOfRun({ dryRun: false, users, held: [], tookMs: 0 })).toBe(code)
  })
})

describe('the status', () => {
  const broken = {
    side: 'exchange',
    uid: 'uid-9\u001B',
    problem: { code: 'item.unreadable', detail: 'no start' },
  } as unknown as Observation
  const withProblems = (problems: Observation[]) =>
    status({ pairs: [{ name: 'Calendar', items: 7, problems, halt: null } as never] })

  it('gives a light per mailbox', () => {
    expect(lightOf(status(), NOW_MS)).toBe('ok')
    expect(lightOf(withProblems([broken]), NOW_MS)).toBe('attention')
    expect(lightOf(status({ mailbox: null }), NOW_MS)).toBe('attention')
    expect(lightOf(status({ mailbox: mailbox({ lastOutcome: 'partial' }) }), NOW_MS)).toBe('attention')
    expect(lightOf(status({ mailbox: mailbox({ status: 'halted' }) }), NOW_MS)).toBe('stopped')
    expect(lightOf(status({ mailbox: mailbox({ attempts: 3 }) }), NOW_MS)).toBe('stopped')
    expect(lightOf(status({ mailbox: mailbox({ lastSuccessAtMs: NOW_MS - 2 * 86_400_000 }) }), NOW_MS)).toBe('stopped')
  })

  it('SRV-8: says when each was in step, when it runs next, and names its problems', () => {
    const text = renderStatus([withProblems([broken]), status({ email: 'bob@example.org' })], NOW_MS, PLAIN)
    expect(text).toContain('in step 3 min ago, next pass in 2 min, 7 items')
    expect(text).toMatch(/Calendar, Exchange: An item could not be read \(no start\)\. 1\s+item:\s+uid-9\uFFFD/)
    expect(text).toContain('2 mailboxes: 1 ok, 1 need attention, 0 stopped')
    expect(widest(text)).toBeLessThanOrEqual(80)
  })

  it('tells the same problem of many items once', () => {
    expect(renderStatus([withProblems(Array(25).fill(broken))], NOW_MS, PLAIN)).toMatch(
      /25 items:\s+uid-9.* and 22 more/,
    )
  })

  it('says what the last pass did, with which account, and how late changes were', () => {
    const lastPass = {
      counts: counts({ unchanged: 30, created: 2, updated: 1 }),
      tookMs: 5,
      account: 'svc-sync',
      lag: { ms: 42_400, atMs: NOW_MS - 3 * MINUTE_MS },
      errorCodes: [],
    }
    const text = renderStatus([status({ mailbox: mailbox({ lastPass }) })], NOW_MS, PLAIN)
    expect(text).toContain('last pass 3 min ago as svc-sync: 33 seen, 2 new, 1 changed\n')
    expect(text).toContain('lag 42 s, from a change to its write (3 min ago)\n')
    const idle = { ...lastPass, counts: counts({ unchanged: 33 }), account: null, lag: null }
    expect(renderStatus([status({ mailbox: mailbox({ lastPass: idle }) })], NOW_MS, PLAIN)).toContain(
      'last pass 3 min ago: 33 seen, nothing to do\n',
    )
  })

  it('says why the last pass failed and what to do, also where no collection was reached', () => {
    const errorCodes = ['exchange.impersonation-denied', 'of a newer version']
    const lastPass = { counts: NO_COUNTS, tookMs: 5, account: 'svc', lag: null, errorCodes }
    const failed = mailbox({ lastOutcome: 'failed', lastPass })
    const text = renderStatus([status({ mailbox: failed })], NOW_MS, PLAIN).replace(/\s+/g, ' ')
    expect(text).toContain('last pass 3 min ago as svc: failed The Exchange service account may not act')
    expect(text).toMatch(/Next: Give the role .* connector sync user anna@example\.org --dry-run of a newer version/)
    expect(statusJson([status({ mailbox: failed })], NOW_MS, redactor([])).mailboxes[0]?.lastPass).toEqual({
      counts: NO_COUNTS,
      tookMs: 5,
      account: 'svc',
      lagMs: null,
      lagAt: null,
      errorCodes,
    })
  })

  it('says spans in one unit', () => {
    expect([30_000 - 1, MINUTE_MS, 119 * MINUTE_MS, 3 * 3_600_000, 5 * 86_400_000].map(spanText)).toEqual([
      'less than a minute',
      '1 min',
      '119 min',
      '3 h',
      '5 days',
    ])
  })
})

describe('a table on a narrow terminal', () => {
  const columnList = [{ title: 'mailbox' }, { title: 'seen', align: 'right' as const }, { title: 'failed' }]
  const rows = [['anna@example.org', '300', '0']]
  it('becomes a paragraph per row, with the titles beside the numbers', () => {
    expect(table(columnList, rows, 32)).toBe('mailbox           seen  failed\nanna@example.org   300  0')
    expect(table(columnList, rows, 20)).toBe('anna@example.org\n  seen 300, failed 0')
  })
  it.each([40, 60])('keeps a report within %i columns', (width) => {
    const narrow = { ...view, width }
    const report = user({ pairs: [pair({ counts: counts({ unchanged: 12345, created: 3 }) }), pair()] })
    expect(widest(renderUser(report, narrow))).toBeLessThanOrEqual(width)
    expect(widest(renderRun({ dryRun: false, users: [report], held: [], tookMs: 1 }, narrow))).toBeLessThanOrEqual(
      width,
    )
  })
})

describe('the users', () => {
  it('says what to do when there is none', () => {
    expect(renderUsers([], PLAIN)).toContain('users.example.json')
  })
  it('tells of users of the app why they are not synced and how their address was established', () => {
    const app = { nextcloudUser: 'u', source: 'app', enabled: false } as const
    const text = renderUsers(
      [
        { ...app, email: 'a@b', state: 'paused', identity: { source: 'proof', atMs: 0 } },
        { ...app, email: '', state: 'no-mailbox', identity: null },
        { ...app, email: 'c@d', state: 'active', enabled: true, identity: { source: 'directory', atMs: 0 } },
      ],
      PLAIN,
    )
    expect(text).toMatch(/a@b .*app \(proof\) .*paused/)
    expect(text).toMatch(/^- .*app .*waits for an address/m)
    expect(text).toMatch(/c@d .*app \(directory\) .*yes/)
    expect(text).toContain('3 users, 1 synced')
  })
  it('lists them within 80 columns', () => {
    const long = {
      email: `${'x'.repeat(70)}@example.org`,
      nextcloudUser: 'y'.repeat(70),
      source: 'users-file' as const,
      enabled: true,
      state: 'active' as const,
      identity: null,
    }
    const text = renderUsers([long], PLAIN)
    expect(widest(text)).toBeLessThanOrEqual(80)
    expect(text).toContain('1 user')
  })
})
