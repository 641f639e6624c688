/** The contract of the app, on the server that NEXTCLOUD_DIR names: the same tests that the simulator passes. */
import { it } from 'vitest'
import { appContract } from '../contract/nextcloud-app-suite.ts'
import { startAppServer } from './app-server.ts'
import { nextcloudTree } from './server.ts'

const given = nextcloudTree()
if (given.kind === 'tree') appContract('Nextcloud', () => startAppServer({ tree: given.tree }))
else it.skip(`the contract of the app (skipped: ${given.reason})`, () => undefined)
