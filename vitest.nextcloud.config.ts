/** Tests against a real Nextcloud from NEXTCLOUD_DIR; each is skipped by name where it or another program is absent. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['test/nextcloud/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 600_000, maxWorkers: 1 },
})
