/** Replays one seed with a trace: `npx node test/sim/replay.ts SEED MASK`. */
import type { Mask } from './faults.ts'
import { simulate } from './history.ts'

const [seed = '1', mask = 'all'] = process.argv.slice(2)
const history = await simulate({ seed: Number(seed), mask: mask as Mask, trace: (line) => console.log(line) })
console.log(Object.fromEntries(history.fired))
for (const violation of history.violations) console.log(violation)
process.exitCode = history.violations.length > 0 ? 1 : 0
