/** The laws of the sensitive projection: no word passes it in any direction, and times pass it whole (docs/decisions/0012). */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { creationTarget, updateTarget } from '../../src/engine/masked-side-target.ts'
import { fitEvent } from '../../src/mapping/ews/fit.ts'
import { createElements } from '../../src/mapping/ews/write.ts'
import { writeEvent } from '../../src/mapping/ical/write-event.ts'
import type { Event, EventFields } from '../../src/model/event.ts'
import { applyPatch, flatten } from '../../src/model/flat.ts'
import { groundFor, withMark } from '../../src/nextcloud/masked.ts'
import type { MaskInfo } from '../../src/ports/side.ts'
import { isMaskedTitle, type MaskEvidence, type MaskPolicy, maskEvent, viewOf } from '../../src/sync/mask.ts'
import { mergeMasked } from '../../src/sync/mask-merge.ts'
import { wordsRule } from '../../src/sync/mask-relation.ts'
import { applyTimeChange } from '../../src/sync/mask-time.ts'
import { event, FLOATING_ZONE, seriesEvent } from './arbitrary-event.ts'
import { holds } from './sync-runs.ts'

const CANARY = 'CANARY'
const ME = 'alice@corp.test'
const ALL: MaskPolicy = { type: 'sensitive', scope: 'all', title: 'Busy', me: ME }
const FULL: MaskPolicy = { ...ALL, type: 'full' }
const context = { floatingZone: FLOATING_ZONE, nowMs: 0 }

/** Something private in every word that an event can have. */
function secret<T extends EventFields>(fields: T, word = CANARY): T {
  const person = { email: `${word.toLowerCase()}@example.org`, name: word }
  return {
    ...fields,
    title: `${word} ${fields.title}`,
    body: { text: word, html: `<p>${word}</p>` },
    location: word,
    categories: [word],
    organizer: person,
    attendees: [{ ...person, role: 'required', partStat: 'accepted' }],
  }
}

function secretEvent(model: Event, word = CANARY): Event {
  const occurrences = Object.entries(model.occurrences).map(([key, one]) => [
    key,
    one.kind === 'deleted' ? one : { ...one, fields: secret(one.fields, word) },
  ])
  return { ...secret(model, word), occurrences: Object.fromEntries(occurrences) }
}

const hasCanary = (value: unknown) => JSON.stringify(value).toLowerCase().includes(CANARY.toLowerCase())
const originally = (real: Event, policy = ALL, evidence: MaskEvidence = { mark: null, made: false }) => ({
  real,
  ...viewNamed(real, policy, evidence),
})
const viewNamed = (real: Event, policy: MaskPolicy, evidence: MaskEvidence) => {
  const { event: view, info } = viewOf(real, evidence, policy)
  return { view, info, mark: evidence.mark }
}
/** Times of a view, without its title. */
const timesOf = (view: Event) => [...flatten({ ...view, title: '' })]

describe('The sensitive projection', () => {
  it('lets no word of an event travel to either server', () => {
    holds(event, (model) => {
      const source = originally(secretEvent(model))
      expect(hasCanary(source.view)).toBe(false)
      const { desired, mark } = creationTarget(source.view, source, ALL)
      expect(mark).toBe('Busy')
      const ical = withMark(writeEvent(null, { ...desired, uid: 'u' }, context).text, mark)
      expect(hasCanary(ical)).toBe(false)
      const lens = { mailbox: ME, floatingZone: FLOATING_ZONE }
      const fit = fitEvent(desired, lens)
      if (fit.kind === 'fits') expect(hasCanary([fit.item, createElements(fit.item, lens, null)])).toBe(false)
    })
  })

  it('leaves not one word in a document that becomes a masked copy', () => {
    holds(event, (model) => {
      const full = writeEvent(null, secretEvent({ ...model, uid: 'u' }), context).text
      const native = full.replaceAll('END:VEVENT', `X-OTHER:${CANARY}\r\nATTACH:https://x/${CANARY}\r\nEND:VEVENT`)
      const masked = maskEvent({ ...model, uid: 'u' }, ALL)
      expect(hasCanary(withMark(writeEvent(groundFor(native, 'Busy'), masked, context).text, 'Busy'))).toBe(false)
    })
  })

  it('keeps the whole time block', () => {
    holds(event, (model) => {
      const plain = { ...model, status: 'none' as const }
      const view = maskEvent(plain, ALL)
      const { start, end, recurrence, extraStarts } = view
      expect({ start, end, recurrence, extraStarts }).toEqual({
        start: plain.start,
        end: plain.end,
        recurrence: plain.recurrence,
        extraStarts: plain.extraStarts,
      })
      expect(view.showAs).toBe(plain.showAs)
      const deleted = (one: Event) =>
        Object.keys(one.occurrences).filter((key) => one.occurrences[key]?.kind === 'deleted')
      expect(deleted(view)).toEqual(deleted(plain))
    })
  })

  it('is idempotent', () => {
    holds(event, (model) => {
      expect(maskEvent(maskEvent(model, ALL), ALL)).toEqual(maskEvent(model, ALL))
    })
  })

  it('does not block time that a cancelled or declined meeting does not take', () => {
    fc.assert(
      fc.property(event, (model) => {
        expect(maskEvent({ ...model, status: 'cancelled' }, ALL).showAs).toBe('free')
        const attendees = [{ email: ME, name: '', role: 'required' as const, partStat: 'declined' as const }]
        const organizer = { email: 'boss@example.org', name: '' }
        expect(maskEvent({ ...model, organizer, attendees }, ALL).showAs).toBe('free')
      }),
      { numRuns: 50 },
    )
  })
})

describe('A write through the projection', () => {
  const words = (one: EventFields) => ({
    ...one,
    showAs: null,
    start: null,
    end: null,
    recurrence: null,
    extraStarts: null,
  })
  const masterWords = (one: Event) => ({ ...words(one), occurrences: null })

  it('changes nothing when the view does not change', () => {
    holds(seriesEvent, (model) => {
      const seen = originally(secretEvent(model))
      expect(flatten(applyTimeChange(seen.real, { from: seen.view, to: seen.view }))).toEqual(flatten(seen.real))
    })
  })

  it('never changes a word of an original, whatever is asked for', () => {
    holds(fc.tuple(event, event, fc.boolean()), ([model, other, masked]) => {
      const seen = originally(secretEvent(model, 'OWN'))
      const foreign = secretEvent(other)
      const { desired, mark } = updateTarget(
        seen,
        masked ? viewOf(foreign, { mark: null, made: false }, ALL).event : foreign,
        ALL,
      )
      expect(masterWords(desired)).toEqual(masterWords(seen.real))
      expect(hasCanary(desired)).toBe(false)
      expect(mark).toBeUndefined()
    })
  })

  it('gives an original the times that its copy was given', () => {
    holds(fc.tuple(event, event), ([model, other]) => {
      const plain = (one: Event): Event => ({ ...secretEvent(one), status: 'none', uid: 'u' })
      const seen = originally(withoutStatus(plain(model)))
      const wanted = originally(withoutStatus(plain(other))).view
      const { desired } = updateTarget(seen, wanted, ALL)
      expect(timesOf(viewOf(desired, { mark: null, made: false }, ALL).event)).toEqual(timesOf(wanted))
    })
  })

  it('fills a copy in only when it is one, and never in its own scope', () => {
    holds(fc.tuple(event, event), ([model, other]) => {
      const blank = maskEvent(model, ALL)
      const copy = originally(blank, FULL, { mark: 'Busy', made: true })
      expect(updateTarget(copy, other, FULL)).toEqual({ desired: other, mark: null })
      const inScope = updateTarget(originally(blank, ALL, { mark: 'Busy', made: true }), secretEvent(other), ALL)
      expect(hasCanary(inScope.desired)).toBe(false)
    })
  })
})

/** Cancelled occurrences are shown as free, and cannot be un-cancelled by a time. */
function withoutStatus(model: Event): Event {
  const occurrences = Object.entries(model.occurrences).map(([key, one]) => [
    key,
    one.kind === 'deleted' ? one : { ...one, fields: { ...one.fields, status: 'none' } },
  ])
  return { ...model, occurrences: Object.fromEntries(occurrences) }
}

describe('Who is the original', () => {
  const bits = [false, true]
  const infos: MaskInfo[] = (['real', 'masked'] as const).flatMap((view) =>
    bits.flatMap((marked) =>
      bits.flatMap((made) => bits.map((blank) => ({ view, marked, made, blank, titles: [] as string[] }))),
    ),
  )

  it('never gives a marked copy the say over an unmarked item', () => {
    for (const exchange of infos)
      for (const nextcloud of infos)
        for (const baseMasked of [null, false, true]) {
          const rule = wordsRule({ exchange, nextcloud, baseMasked })
          if (rule.kind !== 'one-way') continue
          const [from, to] = rule.from === 'exchange' ? [exchange, nextcloud] : [nextcloud, exchange]
          expect(from.marked && !to.marked, JSON.stringify({ exchange, nextcloud, baseMasked })).toBe(false)
        }
  })

  it('lets no words travel by the ordinary merge while either item is masked', () => {
    for (const exchange of infos)
      for (const nextcloud of infos)
        for (const baseMasked of [null, false, true]) {
          if (exchange.view === 'real' && nextcloud.view === 'real') continue
          expect(wordsRule({ exchange, nextcloud, baseMasked }).kind).not.toBe('merge')
        }
  })

  it('has titles of its own for views, which nobody types', () => {
    expect(isMaskedTitle('Busy')).toBe(false)
    expect(
      isMaskedTitle(
        viewOf({ ...maskEvent(fc.sample(event, 1)[0] as Event, ALL) }, { mark: 'x', made: true }, ALL).event.title,
      ),
    ).toBe(true)
  })
})

describe('A merge of a masked pair', () => {
  const hash = (text: string) => text
  const isTime = (path: string) => path === 'showAs' || path === 'schedule' || path.startsWith('occurrence:')
  const merged = (original: Event, copy: Event, winner: 'exchange' | 'nextcloud', from: 'exchange' | null) => {
    const [exchange, nextcloud] = [flatten(original), flatten(copy)]
    const fits = { nextcloudOnExchange: nextcloud, exchangeOnNextcloud: exchange }
    const input = { base: null, exchange, nextcloud, ...fits, winner, hash }
    return { ...mergeMasked(input, from ? { kind: 'one-way', from } : { kind: 'blocked' }), exchange, nextcloud }
  }
  const sides = fc.constantFrom<'exchange' | 'nextcloud'>('exchange', 'nextcloud')

  it('writes nothing but times to an original', () => {
    holds(fc.tuple(event, event, sides, fc.constantFrom(null, 'exchange' as const)), ([one, other, winner, from]) => {
      const { toExchange } = merged(one, secretEvent(other), winner, from)
      expect([...toExchange.keys()].filter((path) => !isTime(path))).toEqual([])
      expect(hasCanary([...toExchange.values()])).toBe(false)
    })
  })

  it('gives a copy all the words of its original, or none', () => {
    holds(fc.tuple(event, event), ([one, other]) => {
      const open = merged(secretEvent(one), maskEvent(other, ALL), 'exchange', 'exchange')
      expect([...applyPatch(open.nextcloud, open.toNextcloud)].sort()).toEqual([...open.exchange].sort())
      const blocked = merged(secretEvent(one), maskEvent(other, ALL), 'exchange', null)
      expect(hasCanary([...blocked.toNextcloud])).toBe(false)
    })
  })
})
