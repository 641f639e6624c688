/** The whole engine between two simulated servers, with faults, under the eyes of an oracle (docs/promises.md): every net is there. */
import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { replayCommand } from './campaign.ts'
import { CAMPAIGN_TIME_MAX_MS, campaignWithoutFailures, kindsNotFired } from './campaign-test.ts'
import { FAULT_KINDS, MASKS } from './faults.ts'
import { simulate } from './history.ts'
import { REGRESSIONS } from './regressions.ts'

const HISTORIES = 2_000

describe('the simulation', () => {
  it('is a function of its seed: the same seed gives the same history', async () => {
    for (const mask of MASKS) {
      for (const seed of [3, 77, 4_004]) {
        const [first, second] = [await simulate({ seed, mask }), await simulate({ seed, mask })]
        expect(second.digest).toBe(first.digest)
        expect([...second.fired]).toEqual([...first.fired])
      }
    }
  })

  it.each(REGRESSIONS)('does not fail again with seed $seed, $mask: $found', async ({ seed, mask }) => {
    const history = await simulate({ seed, mask })
    expect(history.violations, replayCommand(history)).toEqual([])
  })

  it('prints a command that replays a seed, also where the Node of the system is too old for TypeScript', () => {
    const failed = {
      seed: 3,
      mask: 'all' as const,
      violations: ['a'],
      fired: new Map(),
      passes: 1,
      passesToRest: 1,
      digest: '',
    }
    const path = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'))
    const env = { HOME: process.env.HOME ?? '', PATH: path.join(':') }
    const ran = spawnSync('sh', ['-c', replayCommand(failed)], { env, encoding: 'utf8' })
    expect({ status: ran.status, errors: ran.stderr }).toEqual({ status: 0, errors: '' })
    expect(ran.stdout).toContain('pass 1')
  })

  it(
    'finds nothing wrong with every net in place',
    async () => {
      const options = { historiesMax: HISTORIES, timeMaxMs: CAMPAIGN_TIME_MAX_MS, masks: ['all' as const] }
      const campaign = await campaignWithoutFailures(options)
      expect(campaign.histories).toBeGreaterThan(100)
      expect(kindsNotFired(campaign, FAULT_KINDS)).toEqual([])
    },
    CAMPAIGN_TIME_MAX_MS * 2,
  )
})
