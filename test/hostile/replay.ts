/** Shows one damaged input and what becomes of it: `npx node test/hostile/replay.ts TARGET NUMBER`. */
import { inputOf } from './attack.ts'
import { TARGETS } from './targets.ts'

const [name = '', number = '1'] = process.argv.slice(2)
const target = TARGETS.find((one) => one.name === name)
if (!target) throw new Error(`no target ${name}; there are ${TARGETS.map((one) => one.name).join(', ')}`)
const text = inputOf(target, Number(number))
console.log(text)
target.read(text)
