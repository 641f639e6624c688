/** The same simulation with the nets taken away: without the scrub, and without full lists at all, rare bugs have nothing to hide behind. */
import { describe, expect, it } from 'vitest'
import { CAMPAIGN_TIME_MAX_MS, campaignWithoutFailures, kindsNotFired } from './campaign-test.ts'

const HISTORIES = 3_000

describe('the simulation without its nets', () => {
  it(
    'finds nothing wrong without scrub, and without full lists',
    async () => {
      const masks = ['no-scrub', 'no-list'] as const
      const campaign = await campaignWithoutFailures({
        historiesMax: HISTORIES,
        timeMaxMs: CAMPAIGN_TIME_MAX_MS,
        masks,
      })
      expect(campaign.histories).toBeGreaterThan(100)
      expect(kindsNotFired(campaign, ['feed-misses', 'list-truncated'])).toEqual(['feed-misses', 'list-truncated'])
      expect(kindsNotFired(campaign, ['process-paused', 'crash-commit', 'side-emptied', 'ids-change'])).toEqual([])
    },
    CAMPAIGN_TIME_MAX_MS * 2,
  )
})
