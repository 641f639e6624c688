/** Runs seeds one after another and gives the failing ones; the short test, the long run and the mutants share it. */
import { performance } from 'node:perf_hooks'
import { type FaultKind, MASKS, type Mask } from './faults.ts'
import { type History, simulate } from './history.ts'

export type Campaign = {
  histories: number
  perMask: Partial<Record<Mask, number>>
  failures: History[]
  fired: Partial<Record<FaultKind, number>>
  /** The most passes that a history took to come to rest. */
  passesToRestMax: number
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
  const campaign: Campaign = { histories: 0, perMask: {}, failures: [], fired: {}, passesToRestMax: 0, tookMs: 0 }
  // Stacks of the thousands of errors that belong to the simulation would take a tenth of the time.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    while (campaign.histories < options.historiesMax && campaign.failures.length < options.failuresMax) {
      campaign.tookMs = performance.now() - startedAtMs
      if (campaign.tookMs > options.timeMaxMs) break
      const seed = options.firstSeed + Math.floor(campaign.histories / masks.length)
      const mask = masks[campaign.histories % masks.length] ?? 'all'
      count(campaign, await simulateSafely(seed, mask))
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
  campaign.tookMs = performance.now() - startedAtMs
  return campaign
}

/** An error that escapes the engine is a finding as well. */
async function simulateSafely(seed: number, mask: Mask): Promise<History> {
  try {
    return await simulate({ seed, mask })
  } catch (error) {
    const violations = [`bug: ${error instanceof Error ? error.message : String(error)}`]
    return { seed, mask, violations, fired: new Map(), passes: 0, passesToRest: 0, digest: '' }
  }
}

function count(campaign: Campaign, history: History): void {
  campaign.histories++
  campaign.perMask[history.mask] = (campaign.perMask[history.mask] ?? 0) + 1
  campaign.passesToRestMax = Math.max(campaign.passesToRestMax, history.passesToRest)
  for (const [kind, times] of history.fired) campaign.fired[kind] = (campaign.fired[kind] ?? 0) + times
  if (history.violations.length > 0) campaign.failures.push(history)
}

/** What a person needs to look into a failure. */
export function replayCommand(history: History): string {
  return `npx node test/sim/replay.ts ${history.seed} ${history.mask}  # ${history.violations.slice(0, 3).join('; ')}`
}

/** One line about a campaign, for the log of a test run. */
export function describeCampaign(campaign: Campaign): string {
  const rate = Math.round((campaign.histories / campaign.tookMs) * 1000)
  const masks = Object.entries(campaign.perMask).map(([mask, histories]) => `${mask} ${histories}`)
  const fired = Object.entries(campaign.fired).map(([kind, times]) => `${kind} ${times}`)
  return `${campaign.histories} histories (${masks.join(', ')}), ${rate}/s, at rest after ${campaign.passesToRestMax} passes at most; ${fired.join(', ')}`
}
