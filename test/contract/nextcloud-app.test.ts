/** The contract of the Nextcloud app on the simulated Nextcloud. */
import { startNextcloudSimulator } from '../simulators/nextcloud/simulator.ts'
import { type AppServer, appContract } from './nextcloud-app-suite.ts'

const SECRET = 'c2VjcmV0LW9mLXRoZS1zaW11bGF0ZWQtYXBwLTMyYnl0'

async function startApp(): Promise<AppServer> {
  const simulator = await startNextcloudSimulator()
  simulator.addUser('svc-exchange', 'service-app-password')
  const app = simulator.installApp({ serviceAccount: 'svc-exchange', secret: SECRET })
  return {
    rootUrl: `${simulator.url}/`,
    account: { username: 'svc-exchange', appPassword: 'service-app-password', sharedSecret: SECRET },
    addUser: async (uid) => void simulator.addUser(uid, 'own-password', { email: `${uid}@corp.test` }),
    enrol: async (uid, email) => app.enrol(uid, { email }),
    withdraw: async (uid) => app.withdraw(uid),
    setEnabled: async (uid, enabled) => simulator.user(uid).setDisabled(!enabled),
    put: async (uid, path, text) => {
      const name = path.split('/').at(-1) ?? ''
      simulator.user(uid).calendar('personal').put(name, text)
    },
    rotateSecret: async () => {
      app.rotateSecret('bmV3LXNlY3JldC1vZi10aGUtc2ltdWxhdGVkLWFwcC0z')
      return app.secret
    },
    mails: async () => simulator.outbox.length,
    close: () => simulator.close(),
  }
}

appContract('the simulated Nextcloud', startApp)
