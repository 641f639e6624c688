/** One writer per mailbox (I20): a process that was stopped too long writes nothing more, whatever its clock says. */
import { describe, expect, it } from 'vitest'
import { SCENARIOS } from '../sim/crash-scenarios.ts'
import { comeToRest } from '../sim/history.ts'
import { violationsOf } from '../sim/oracle.ts'
import { inStep, quietWorld, retitle } from '../sim/quiet.ts'

describe('a process that is stopped while another one takes over', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    'neither writes nor records anything afterwards, wherever it was stopped: %s',
    async (_name, scenario) => {
      const rehearsal = quietWorld()
      await scenario.before(rehearsal)
      await rehearsal.pass()
      let stopped = 0
      // The last step only records when the mailbox is due again.
      for (let stallAt = 0; stallAt < rehearsal.last.steps.length - 1; stallAt++) {
        const world = quietWorld()
        await scenario.before(world)
        const report = await world.pass({ stallAt })
        // Writes are no place to be stopped, and of two feeds that are asked at once only one is.
        if (world.last.stalls.length === 0) continue
        stopped++
        expect([stallAt, report?.error?.code]).toEqual([stallAt, 'lease.lost'])
        await comeToRest(world)
        expect([...world.violations, ...violationsOf(world)]).toEqual([])
      }
      expect(stopped).toBeGreaterThan(3)
    },
  )
})

describe('a clock that is set', () => {
  it.each([-26, -2, 2, 26])(
    'does not let a process write without its lease: %i h (found by seed 2019)',
    async (hours) => {
      const world = quietWorld()
      await inStep(world, 4)
      for (let index = 0; index < 4; index++) retitle(world, index % 2 ? 'exchange' : 'nextcloud', index)
      const pass = world.pass({ stallAt: 4 })
      world.stepClock(hours)
      expect((await pass)?.error?.code).toBe('lease.lost')
      expect(world.violations).toEqual([])
    },
  )
})
