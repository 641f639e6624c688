/** How often the properties of the core run: 1,000 times in each test run, more in the long run (PROPERTY_RUNS). */
import fc from 'fast-check'

const runs = Number(process.env.PROPERTY_RUNS ?? 1_000)

/** Checks a property; what fails is printed with its seed. */
export function holds<T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, property), { numRuns: runs })
}
