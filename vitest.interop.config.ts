/** Tests against programs that we did not write; each is skipped by name where its program is absent. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['test/interop/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 120_000, maxWorkers: 1 },
})
