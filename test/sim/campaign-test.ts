/** What each campaign of a test run shows and demands. */
import { expect } from 'vitest'
import { type Campaign, type CampaignOptions, describeCampaign, replayCommand, runCampaign } from './campaign.ts'
import type { FaultKind } from './faults.ts'

/** First seed of the test run; another one looks at other histories. */
export const FIRST_SEED = Number(process.env.SIM_FIRST_SEED ?? 1)
export const CAMPAIGN_TIME_MAX_MS = 90_000

export async function campaignWithoutFailures(
  options: Omit<CampaignOptions, 'failuresMax' | 'firstSeed'>,
): Promise<Campaign> {
  const campaign = await runCampaign({ ...options, firstSeed: FIRST_SEED, failuresMax: 5 })
  console.log(describeCampaign(campaign))
  expect(campaign.failures.map(replayCommand)).toEqual([])
  return campaign
}

export function kindsNotFired(campaign: Campaign, kinds: readonly FaultKind[]): FaultKind[] {
  return kinds.filter((kind) => !campaign.fired[kind])
}
