/** What goes to standard error while a command works: the progress line and the log. */
import { describe, expect, it } from 'vitest'
import { stderrLog } from '../../src/cli/log.ts'
import { progressLine } from '../../src/cli/progress.ts'
import { redactor } from '../../src/cli/redact.ts'
import { columns } from '../../src/cli/render/text.ts'

describe('the progress line', () => {
  function line(width: number) {
    const written: string[] = []
    let nowMs = 1000
    const progress = progressLine({ write: (text) => written.push(text), columns: width }, () => nowMs)
    return { progress, written, later: () => (nowMs += 1000) }
  }

  it('is one line, cut to the terminal, and wiped at the end', () => {
    const { progress, written } = line(40)
    progress.show({
      kind: 'reading',
      email: 'a@b',
      collection: `C\u001B[2J${'x'.repeat(90)}`,
      side: 'exchange',
      items: 7,
    })
    progress.clear()
    expect(written).toHaveLength(2)
    const shown = (written[0] ?? '').replace('\r\u001B[2K', '')
    expect(columns(shown)).toBeLessThan(40)
    expect(shown).not.toContain('\u001B')
    expect(written[1]).toBe('\r\u001B[2K')
  })

  it('is not drawn for every single item', () => {
    const { progress, written, later } = line(80)
    for (let done = 0; done < 100; done++)
      progress.show({ kind: 'acting', email: 'a@b', collection: 'C', done, total: 100 })
    later()
    progress.show({ kind: 'acting', email: 'a@b', collection: 'C', done: 100, total: 100 })
    expect(written).toHaveLength(2)
    expect(written[1]).toContain('a@b: C 100 of 100')
  })

  it('writes nothing when there was nothing to show', () => {
    const { progress, written } = line(80)
    progress.clear()
    expect(written).toEqual([])
  })
})

describe('the log', () => {
  function log(level: 'debug' | 'warn' | 'silent') {
    const lines: string[] = []
    return { log: stderrLog(level, redactor(['canary-1']), { write: (text) => void lines.push(text) }), lines }
  }

  it('writes one JSON line per event, with the fields of its parents', () => {
    const { log: root, lines } = log('debug')
    root.child({ mailbox: 'm' }).child({ pass: 1 }).info({ created: 2 }, 'pass finished')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'pass finished', mailbox: 'm', pass: 1, created: 2 })
    expect(JSON.parse(lines[0] ?? '').time).toMatch(/Z$/)
  })

  it('keeps to its level', () => {
    const { log: warn, lines } = log('warn')
    warn.info({}, 'no')
    warn.error({}, 'yes')
    expect(lines).toHaveLength(1)
    const silent = log('silent')
    silent.log.error({}, 'no')
    expect(silent.lines).toEqual([])
  })

  it('I26: masks secrets in every line', () => {
    const { log: root, lines } = log('debug')
    root.debug(
      { header: 'Authorization: Basic Zm9vYmFyYmF6', url: 'https://u:pw@h/', error: new Error('canary-1') },
      'canary-1',
    )
    expect(lines.join()).not.toMatch(/canary-1|Zm9vYmFyYmF6|:pw@/)
  })

  it('survives what JSON cannot hold', () => {
    const { log: root, lines } = log('debug')
    const circle: Record<string, unknown> = { size: 10n }
    root.info({ circle }, 'one')
    circle.self = circle
    root.info({ circle }, 'two')
    expect(lines.map((text) => JSON.parse(text))).toMatchObject([
      { circle: { size: '10' } },
      { unserialisable: 'circle' },
    ])
  })

  it('stays valid JSON after masking', () => {
    const { log: root, lines } = log('debug')
    root.info({ header: 'Authorization: Bearer abcdefghijk', next: 'kept' }, 'm')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ next: 'kept' })
  })
})
