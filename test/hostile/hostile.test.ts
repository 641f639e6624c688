/** Damaged documents, answers, JSON and headers are read or refused by name; a million of them in the long run (docs/promises.md, I10, I22). */
import { describe, expect, it } from 'vitest'
import { attack, inputOf } from './attack.ts'
import { TARGETS } from './targets.ts'

const INPUTS = Number(process.env.HOSTILE_INPUTS ?? 5_000)
/** Another one looks at other inputs. */
const FIRST = Number(process.env.HOSTILE_FIRST ?? 1)

describe('hostile input', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))(
    'is read or refused by name: %s',
    (_name, target) => {
      const { failures, refused } = attack(target, { first: FIRST, count: Math.ceil(INPUTS / TARGETS.length) })
      expect(failures).toEqual([])
      // Damage that no reader ever notices would prove nothing; cursors and headers refuse by saying null.
      if (target.name !== 'JSON') expect(refused).toBeGreaterThan(0)
    },
  )

  it('is the same for the same number, and differs from its sample', () => {
    for (const target of TARGETS) {
      expect(inputOf(target, 7)).toBe(inputOf(target, 7))
      expect(target.samples.length, target.name).toBeGreaterThan(0)
      const changed = Array.from({ length: 20 }, (_, number) => inputOf(target, number))
      expect(changed.filter((text) => !target.samples.includes(text)).length).toBeGreaterThan(10)
    }
  })

  it('that breaks a reader is told with its number', () => {
    const broken = {
      name: 'broken',
      samples: ['x'.repeat(50)],
      read: (text: string) => {
        if (text.length > 50) throw new TypeError('too long')
      },
    }
    const { failures } = attack(broken, { first: 1, count: 50 })
    expect(failures.length).toBeGreaterThan(0)
    expect(failures[0]).toMatch(/^npx node test\/hostile\/replay.ts 'broken' \d+ {2}# TypeError: too long$/)
  })
})
