/** One slice of histories: `npx node test/long/worker.ts FIRST_SEED SEEDS`. Prints one JSON line. */
import { replayCommand, runCampaign } from '../sim/campaign.ts'
import { MASKS } from '../sim/faults.ts'
import type { Slice } from './histories.ts'

const [first = '1', seeds = '100'] = process.argv.slice(2)
const campaign = await runCampaign({
  firstSeed: Number(first),
  historiesMax: Number(seeds) * MASKS.length,
  timeMaxMs: Number.POSITIVE_INFINITY,
  failuresMax: 20,
})
const { histories, perMask, fired, passesToRestMax } = campaign
const slice: Slice = { histories, perMask, fired, passesToRestMax, failures: campaign.failures.map(replayCommand) }
console.log(JSON.stringify(slice))
