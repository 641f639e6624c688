/** Deployment files checked by their own tools; each check is skipped by name where its tool is absent. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['test/deploy/**/*.test.ts'], testTimeout: 600_000, hookTimeout: 600_000, maxWorkers: 1 },
})
