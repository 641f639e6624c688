/** Runs seeds one after another and gives the failing ones; the short test, the long run and the mutants share it. */
import { performance } from 'node:perf_hooks'
import { type FaultKind, MASKS, type Mask } from './faults.ts'
import { type History, simulate } from './simulate.ts'

export type Campaign = {
  histories: number
  failures: History[]
  fired: Record<string, number>
  tookMs: number
}

export type CampaignOptions = {
  firstSeed: number
  /** Histories at most, spread over the masks in turn; and time at most. */
  historiesMax: number
  timeMaxMs: number
  failuresMax: number
  masks?: readonly Mask[]
}

export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const startedAtMs = performance.now()
  const masks = options.masks ?? MASKS
  const campaign: Campaign = { histories: 0, failures: [], fired: {}, tookMs: 0 }
  while (campaign.histories < options.historiesMax && campaign.failures.length < options.failuresMax) {
    campaign.tookMs = performance.now() - startedAtMs
    if (campaign.tookMs > options.timeMaxMs) break
    const seed = options.firstSeed + Math.floor(campaign.histories / masks.length)
    const mask = masks[campaign.histories % masks.length] ?? 'all'
    const history = await simulate({ seed, mask })
    campaign.histories++
    for (const [kind, count] of history.fired) countFault(campaign, kind, count)
    if (history.violations.length > 0) campaign.failures.push(history)
  }
  campaign.tookMs = performance.now() - startedAtMs
  return campaign
}

function countFault(campaign: Campaign, kind: FaultKind, count: number): void {
  campaign.fired[kind] = (campaign.fired[kind] ?? 0) + count
}

/** What a person needs to look into a failure. */
export function replayCommand(history: History): string {
  return `node test/sim/replay.ts ${history.seed} ${history.mask}  # ${history.violations.slice(0, 3).join('; ')}`
}
