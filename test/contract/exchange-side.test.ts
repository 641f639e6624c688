/** The Exchange side keeps the contract of a side, on the simulated Exchange. */
import { exchangeContractFixture } from './exchange-side-fixture.ts'
import { sideContract } from './side-suite.ts'

sideContract('Exchange', exchangeContractFixture)
