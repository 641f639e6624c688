/** Kills or cuts off the connector at every step of the passes that matter most, and lets it go on (P2). */
import { describe, expect, it } from 'vitest'
import { crashEverywhere } from './crash.ts'
import { SCENARIOS } from './crash-scenarios.ts'

describe('P2, I2, I12: a pass that is interrupted at any of its steps', () => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    'loses, doubles and overwrites nothing: %s',
    async (_name, scenario) => {
      const report = await crashEverywhere(scenario, { twice: false })
      console.log(`${report.scenario}: ${report.points} points`)
      expect(report.failures).toEqual([])
      expect(report.points).toBeGreaterThan(20)
    },
  )
})
