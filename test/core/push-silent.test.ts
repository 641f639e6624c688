/** What the daemon may count on where no server notifies. */
import { expect, it } from 'vitest'
import { silentPush } from '../../src/exchange/push/silent.ts'

it('stays silent until it is stopped, also when it was stopped before', async () => {
  const changed: string[] = []
  const stop = new AbortController()
  let ended = false
  const running = silentPush
    .run(
      async () => ['anna@example.org'],
      (email) => changed.push(email),
      stop.signal,
    )
    .then(() => {
      ended = true
    })
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect({ ended, changed }).toEqual({ ended: false, changed: [] })
  stop.abort()
  await running
  await silentPush.run(
    async () => [],
    () => {},
    stop.signal,
  )
})
