/** Runs the simulation against one mutant: `MUTANT=NAME node --import ./test/mutants/patch-hook.ts test/mutants/hunt.ts HISTORIES SECONDS`. Prints one JSON line. */
import { runCampaign } from '../sim/campaign.ts'

const [histories = '20000', seconds = '120'] = process.argv.slice(2)
const campaign = await runCampaign({
  firstSeed: 1,
  historiesMax: Number(histories),
  timeMaxMs: Number(seconds) * 1_000,
  failuresMax: 1,
})
const [caught] = campaign.failures
const found = caught ? { seed: caught.seed, mask: caught.mask, violation: caught.violations[0] ?? '' } : null
console.log(JSON.stringify({ found, histories: campaign.histories, tookMs: Math.round(campaign.tookMs) }))
